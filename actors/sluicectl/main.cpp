// The program: reads the command line, runs one command, ends with its exit code.
#include "actors/sluicectl/commands.hpp"

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

int run_program(std::vector<std::string> arguments) {
  const auto parsed = parse_command_line(std::move(arguments));
  if (!parsed.line) {
    if (parsed.code == exit_code::done)
      std::cout << parsed.text;
    else
      return complain(parsed.code, parsed.text + " (sluicectl --help)");
    return 0;
  }
  auto where = make_settings(*parsed.line, process_surroundings());
  if (parsed.line->check_config)
    return 0;
  http_server_link server{std::move(where)};
  const console io{std::cout, std::cerr, ::isatty(STDOUT_FILENO) == 1, ::isatty(STDERR_FILENO) == 1};
  const auto code = std::visit(
      [&](const auto& x) {
        return run(x, server, io);
      },
      *parsed.line->what);
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
