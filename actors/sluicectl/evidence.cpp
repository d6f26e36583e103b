// evidence export, key and check: what proves the verdicts, out of the server. The proof itself is in verify.cpp.
#include "actors/sluicectl/commands.hpp"
#include "actors/sluicectl/figures.hpp"
#include "actors/sluicectl/pages.hpp"
#include "actors/sluicectl/structured.hpp"
#include "actors/sluicectl/verified_text.hpp"

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <ostream>
#include <thread>

namespace sluice::ctl {

namespace {

using nlohmann::json;

/// Between two questions. Chosen: a check takes seconds to minutes.
constexpr std::chrono::milliseconds pause{200};
constexpr auto check_path = "/api/v1/evidence/check";

exit_code export_file(const evidence_command& x, server_link& server, const console& io) {
  const auto path = agreement_path(x.agreement) + "/evidence?period=" + query_value(x.period);
  const auto name = x.file.empty() ? x.agreement + '-' + x.period + ".evidence" : x.file;
  pending_file file{name};
  fetch_pages(
      server, path,
      [&](const std::string& text) {
        file.write(text);
      },
      io);
  file.close();
  std::ifstream written{file.temporary(), std::ios::binary};
  const auto found = evidence::verify_export(written);
  if (const auto* wrong = std::get_if<evidence::file_problem>(&found))
    throw failure{exit_code::refused, "what came is no export that proves itself, and was not kept: line "
                                          + std::to_string(wrong->line) + ' ' + printable(wrong->what)};
  const auto& right = std::get<evidence::verified_export>(found);
  if (right.scope.agreement != x.agreement)
    throw failure{exit_code::refused,
                  "what came is the evidence of " + printable(right.scope.agreement) + ", and was not kept"};
  file.keep();
  if (const auto how = server.where().output; is_structured(how)) {
    auto said = as_json(right);
    said["file"] = name;
    io.out << structured(said, how);
  } else {
    io.out << "written to  " << printable(name) << '\n';
    print(right, io.out);
  }
  return exit_code::done;
}

exit_code show_key(server_link& server, const console& io) {
  const auto found = fetch(server, "/api/v1/evidence/key");
  if (const auto how = server.where().output; is_structured(how))
    io.out << structured(found, how);
  else
    io.out << "key          " << printable(found.value("key", "")) << "\nfingerprint  "
           << printable(found.value("fingerprint", "")) << '\n';
  return exit_code::done;
}

/// How the last check ended, as lines; `refused` if something is broken or it could not be completed.
exit_code tell(const json& state, server_link& server, const console& io) {
  const auto how = server.where().output;
  const bool as_text = !is_structured(how);
  if (!as_text)
    io.out << structured(state, how);
  const auto last = state.value("last", json{});
  if (!last.is_object()) {
    if (as_text)
      io.out << (state.value("running", false) ? "running\n"
                                               : "none has ended since the database manager was started\n");
    return exit_code::done;
  }
  const auto outcome = last.value("outcome", "");
  const auto ended = printable(last.value("ended", ""));
  if (outcome == "right") {
    if (as_text)
      io.out << "right        " << last.value("entries", 0) << " entries in " << last.value("chains", 0) << " chains, "
             << last.value("roots", 0) << " roots; ended " << ended << '\n';
    return exit_code::done;
  }
  if (outcome == "broken") {
    const auto place = last.value("broken", json::object());
    const auto position = place.value("position", 0);
    throw failure{exit_code::refused, "the evidence is broken: " + printable(place.value("chain", ""))
                                          + (position == 0 ? "" : ' ' + std::to_string(position)) + ' '
                                          + printable(place.value("what", "")) + " (ended " + ended + ')'};
  }
  throw failure{exit_code::refused, "the check could not be completed: " + printable(last.value("reason", ""))};
}

exit_code check(const evidence_command& x, server_link& server, const console& io) {
  if (x.last)
    return tell(fetch(server, check_path), server, io);
  auto state = ask(server, {"POST", check_path, {}, {}});
  if (!x.wait) {
    if (const auto how = server.where().output; is_structured(how))
      io.out << structured(state, how);
    else
      io.out << "running since " << printable(state.value("since", ""))
             << "; evidence check --last says how it ended\n";
    return exit_code::done;
  }
  const auto deadline = std::chrono::steady_clock::now() + x.timeout;
  while (state.value("running", false)) {
    show_progress(io, std::to_string(state.value("entries", std::uint64_t{0})) + " entries");
    if (std::chrono::steady_clock::now() > deadline) {
      end_progress(io);
      throw failure{exit_code::refused, "after " + std::to_string(x.timeout.count()) + " ms it is still running"};
    }
    std::this_thread::sleep_for(pause);
    state = fetch(server, check_path);
  }
  end_progress(io);
  return tell(state, server, io);
}

} // namespace

exit_code run(const evidence_command& x, server_link& server, const console& io) {
  using verb = evidence_command::verb;
  if (x.what == verb::export_file)
    return export_file(x, server, io);
  return x.what == verb::key ? show_key(server, io) : check(x, server, io);
}

} // namespace sluice::ctl
