// The program: reads the command line, runs one command, ends with its exit code.
#include "actors/sluicectl/commands.hpp"
#include "actors/sluicectl/local_commands.hpp"

#include <iostream>
#include <nlohmann/json.hpp>
#include <unistd.h>
#include <vector>

namespace sluice::ctl {

namespace {

int complain(exit_code code, const std::string& sentence) {
  std::cerr << "sluicectl: " << sentence << '\n';
  return static_cast<int>(code);
}

exit_code run_on_server(const command& what, settings where, const console& io) {
  for (const auto& warning : where.warnings)
    complain(exit_code::done, "warning: " + warning);
  http_server_link server{std::move(where)};
  return std::visit(
      [&](const auto& x) {
        return run(x, server, io);
      },
      what);
}

/// Colours are for people at a terminal that can and want to (https://no-color.org).
bool may_have_colours(const surroundings& from) {
  return ::isatty(STDOUT_FILENO) == 1 && !from.environment("NO_COLOR")
         && from.environment("TERM").value_or("") != "dumb";
}

int run_program(std::vector<std::string> arguments) {
  const auto parsed = parse_command_line(std::move(arguments));
  if (!parsed.line) {
    if (parsed.code == exit_code::done)
      std::cout << parsed.text;
    else
      return complain(parsed.code, parsed.text + " (sluicectl --help)");
    return 0;
  }
  const auto& line = *parsed.line;
  const auto from = process_surroundings();
  const console io{std::cout, std::cerr, ::isatty(STDOUT_FILENO) == 1, ::isatty(STDERR_FILENO) == 1,
                   may_have_colours(from)};
  auto code = exit_code::done;
  if (line.check_config)
    (void)make_settings(line, from);
  else if (line.local)
    code = std::visit(
        [&](const auto& x) {
          return run(x, line, from, io);
        },
        *line.local);
  else
    code = run_on_server(*line.what, make_settings(line, from), io);
  std::cout.flush();
  if (!std::cout)
    return complain(exit_code::refused, "the result could not be written");
  return static_cast<int>(code);
}

} // namespace

} // namespace sluice::ctl

int main(int argc, char** argv) {
  using namespace sluice::ctl;
  try {
    return run_program({argv + 1, argv + argc});
  } catch (const failure& problem) {
    return complain(problem.code(), problem.what());
  } catch (const std::exception& problem) {
    return complain(exit_code::bug, std::string{"unexpected: "} + problem.what());
  }
}
