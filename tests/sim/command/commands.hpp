// The commands of the program. Each prints and gives the code to end with.
#pragma once

#include "tests/sim/command/command_line.hpp"

#include <filesystem>
#include <ostream>
#include <system_error>
#include <vector>

namespace sluice::sim {

/// Where results and complaints go.
struct console {
  std::ostream& out;
  std::ostream& complaints;
};

[[nodiscard]] exit_code execute(const run_command& x, const console& io);
[[nodiscard]] exit_code execute(const list_command& x, const console& io);
[[nodiscard]] exit_code execute(const check_command& x, const console& io);
[[nodiscard]] exit_code execute(const compare_command& x, const console& io);
[[nodiscard]] exit_code execute(const what_if_command& x, const console& io);

/// The scenario files of a directory, by name.
[[nodiscard]] std::vector<std::filesystem::path> scenario_files(const std::string& directory, std::error_code& problem);

} // namespace sluice::sim
