// wait: for scripts that need the system to be ready, or a stream to be held back.
#include "actors/sluicectl/commands.hpp"
#include "actors/sluicectl/figures.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>
#include <thread>

namespace sluice::ctl {

namespace {

/// Between two questions. Chosen: a tenth of the time in which control must act.
constexpr std::chrono::milliseconds pause{100};

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

} // namespace

exit_code run(const wait_command& x, server_link& server, const console& io) {
  const auto deadline = std::chrono::steady_clock::now() + x.timeout;
  for (;;) {
    const auto missing = x.streams.empty() ? missing_for_ready(server) : missing_throttles(server, x.streams);
    if (missing.empty())
      break;
    const auto left = deadline - std::chrono::steady_clock::now();
    if (left <= std::chrono::nanoseconds{0})
      throw failure{exit_code::refused, "after " + std::to_string(x.timeout.count()) + " ms still: " + missing};
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(left, pause));
  }
  if (server.where().output == output_format::json)
    io.out << nlohmann::json{{"result", x.streams.empty() ? "ready" : "throttled"}}.dump() << '\n';
  else
    io.out << (x.streams.empty() ? "ready" : "throttled") << '\n';
  return exit_code::done;
}

} // namespace sluice::ctl
