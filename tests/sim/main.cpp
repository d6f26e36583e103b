// sluice-sim: reads the command line, runs one command, ends with its exit code.
#include "tests/sim/command/commands.hpp"

#include <iostream>

namespace sluice::sim {

namespace {

int run_program(std::vector<std::string> arguments) {
  const auto parsed = parse_command_line(std::move(arguments));
  if (!parsed.what) {
    if (parsed.code == exit_code::done)
      std::cout << parsed.text;
    else
      std::cerr << "sluice-sim: " << parsed.text << " (sluice-sim --help)\n";
    return static_cast<int>(parsed.code);
  }
  const console io{std::cout, std::cerr};
  const auto code = std::visit(
      [&](const auto& x) {
        return execute(x, io);
      },
      *parsed.what);
  std::cout.flush();
  if (!std::cout) {
    std::cerr << "sluice-sim: the result could not be written\n";
    return static_cast<int>(exit_code::missing);
  }
  return static_cast<int>(code);
}

} // namespace

} // namespace sluice::sim

int main(int argc, char** argv) {
  try {
    return sluice::sim::run_program({argv + 1, argv + argc});
  } catch (const std::exception& problem) {
    std::cerr << "sluice-sim: unexpected: " << problem.what() << '\n';
    return static_cast<int>(sluice::sim::exit_code::bug);
  }
}
