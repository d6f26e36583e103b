// wait: for scripts that need the system to be ready, a stream to be held back or an agreement to be kept.
#include "actors/sluicectl/commands.hpp"
#include "actors/sluicectl/figures.hpp"
#include "actors/sluicectl/pages.hpp"
#include "actors/sluicectl/structured.hpp"
#include "actors/sluicectl/views.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>
#include <thread>

namespace sluice::ctl {

namespace {

/// Between two questions. Chosen: a tenth of the time in which control must act.
constexpr std::chrono::milliseconds pause{100};
/// What becomes of an agreement is judged once a second at most.
constexpr std::chrono::milliseconds pause_of_agreement{500};

/// What is missing still; empty if nothing is.
std::string missing_for_ready(server_link& server) {
  http_answer answer;
  try {
    answer = server.exchange({"GET", "/readyz", {}, {}});
  } catch (const failure& problem) {
    return problem.what();
  }
  if (answer.status == 200)
    return {};
  const auto body = nlohmann::json::parse(answer.body, nullptr, false);
  std::string text;
  if (body.is_object() && body.contains("components") && body["components"].is_object())
    for (const auto& [name, state] : body["components"].items())
      if (state != "up" && state != "loaded" && name != "rows_waiting")
        text += (text.empty() ? "" : ", ") + printable(name) + " is " + shown(state, form::text);
  return text.empty() ? server.where().server + "/readyz answered with status " + std::to_string(answer.status) : text;
}

std::string missing_throttles(server_link& server, const std::vector<std::string>& streams) {
  const auto items = fetch_items(server, "/api/v1/throttles");
  std::string text;
  for (const auto& name : streams) {
    const bool there = std::any_of(items.begin(), items.end(), [&](const auto& item) {
      return item.contains("stream") && item["stream"] == name
             && item.value("mode", "enforce") != "observe"; // that one only would be
    });
    if (!there)
      text += (text.empty() ? "" : ", ") + name + " is not throttled";
  }
  return text;
}

/// Whether it is kept is the last verdict of the core, not what counts in the end.
std::string missing_of_agreement(server_link& server, const wait_command& x) {
  const auto path = agreement_path(x.agreement);
  const bool established = x.state == "established";
  const auto found = find(server, established ? path : path + "/explain");
  if (!found)
    return "there is no agreement " + x.agreement;
  const auto state = field_text(*found, {"", "/promise/state"});
  if (established || state == x.state)
    return {};
  return "agreement " + x.agreement + " is " + (state == "-" ? "unknown" : state);
}

std::string missing(const wait_command& x, server_link& server) {
  if (!x.agreement.empty())
    return missing_of_agreement(server, x);
  return x.streams.empty() ? missing_for_ready(server) : missing_throttles(server, x.streams);
}

/// As missing(); but while a process is restarted, it is what is missing.
std::string missing_still(const wait_command& x, server_link& server, bool first) {
  try {
    return missing(x, server);
  } catch (const failure& problem) {
    const bool may_pass = problem.code() == exit_code::unreachable || problem.status() == 503;
    if (first || x.agreement.empty() || !may_pass)
      throw;
    return problem.what();
  }
}

} // namespace

exit_code run(const wait_command& x, server_link& server, const console& io) {
  const auto deadline = std::chrono::steady_clock::now() + x.timeout;
  for (bool first = true;; first = false) {
    const auto what = missing_still(x, server, first);
    if (what.empty())
      break;
    const auto left = deadline - std::chrono::steady_clock::now();
    if (left <= std::chrono::nanoseconds{0}) {
      end_progress(io);
      throw failure{exit_code::refused, "after " + std::to_string(x.timeout.count()) + " ms still: " + what};
    }
    show_progress(io, what);
    std::this_thread::sleep_for(
        std::min<std::chrono::nanoseconds>(left, x.agreement.empty() ? pause : pause_of_agreement));
  }
  end_progress(io);
  const std::string result = !x.agreement.empty() ? x.state : x.streams.empty() ? "ready" : "throttled";
  if (const auto how = server.where().output; is_structured(how))
    io.out << structured_record({{"result", result}}, how);
  else
    io.out << result << '\n';
  return exit_code::done;
}

} // namespace sluice::ctl
