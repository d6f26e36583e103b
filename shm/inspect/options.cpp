// The only file here that knows CLI11.
#include "shm/inspect/options.hpp"

#include "actors/terminal/arguments.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <cmath>

namespace sluice::shm::inspect {

namespace {

constexpr double shortest_watch_s = 0.1;
constexpr double longest_watch_s = 3'600;

/// Seconds as text; none stand for one. Empty: no number or out of range.
std::optional<std::chrono::milliseconds> watch_interval(const std::string& text) {
  double seconds = 1;
  if (!text.empty()) {
    const auto* end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, seconds);
    if (problem != std::errc{} || stop != end)
      return std::nullopt;
  }
  if (!(seconds >= shortest_watch_s && seconds <= longest_watch_s)) // also refuses what is no number
    return std::nullopt;
  return std::chrono::milliseconds{std::llround(seconds * 1'000)};
}

} // namespace

parsed_options parse_options(std::vector<std::string> arguments) {
  options asked;
  std::string directory;
  std::string instance;
  std::string watch_text;
  CLI::App app{"Shows the shared memory through which the processes of an instance talk, without disturbing them.",
               "sluice-shm-inspect"};
  app.set_version_flag("--version", std::string{"sluice-shm-inspect "} + SLUICE_VERSION, "show the version");
  auto* where = app.add_option("--directory", directory, "where the segments are; default /dev/shm")->type_name("DIR");
  auto* which =
      app.add_option("--instance", instance, "the instance; default: the only one there is")->type_name("NAME");
  app.add_option("--role", asked.role, "only the mailbox of this receiver")->type_name("ROLE");
  app.add_option("--config-file", asked.config_file, "a process's ini file: its [shm] says directory and instance")
      ->type_name("FILE");
  app.add_flag("--check-config", asked.check_config, "check that file and end: 0, or 2 and what is wrong");
  auto* watch =
      app.add_option("--watch", watch_text, "look again and again, each second or as often as said, with rates")
          ->expected(0, 1)
          ->type_name("[SECONDS]");
  app.add_flag("--json", asked.json, "one JSON object per look and line");
  app.add_flag("--no-color", asked.no_color, "no colours, not even on a terminal");
  app.footer("Exit codes: 0 shown, 2 usage, 3 nothing there or not all of it could be read.");
  if (const auto end = terminal::take_arguments(app, std::move(arguments)))
    return {{}, end->text, end->mistake ? exit_code::usage : exit_code::shown};
  if (where->count() != 0)
    asked.directory = directory;
  if (which->count() != 0)
    asked.instance = instance;
  if (watch->count() != 0) {
    asked.watch = watch_interval(watch_text);
    if (!asked.watch)
      return {{}, "--watch: expected 0.1 to 3600 seconds", exit_code::usage};
  }
  return {asked, {}, exit_code::shown};
}

} // namespace sluice::shm::inspect
