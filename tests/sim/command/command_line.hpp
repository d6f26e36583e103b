// What the program was asked for. The source is the only file that knows CLI11.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sluice::sim {

/// Chosen: a seed costs a tenth of a second.
inline constexpr std::uint64_t max_seeds = 100'000;

struct run_command {
  std::vector<std::string> files;
  std::uint64_t seed = 1;  ///< the first
  std::uint64_t seeds = 1; ///< how many
  bool json = false;
  std::string trace; ///< file; empty = none
  std::string plot;  ///< likewise
  std::string controller = "sluice";
};

struct list_command {
  std::string directory;
  bool json = false;
};

struct check_command {
  std::vector<std::string> files;
};

/// The table of scenarios and controllers.
struct compare_command {
  std::vector<std::string> sources; ///< scenario files, or directories of them
  std::uint64_t seed = 1;
  std::uint64_t seeds = 20;
  std::uint64_t jobs = 1;
  std::vector<std::string> controllers; ///< empty = all
  std::string output;                   ///< file; empty = print
};

using command_variant = std::variant<run_command, list_command, check_command, compare_command>;

/// Exit codes of the design, and 1: a bar was missed or an invariant violated.
enum class exit_code : std::uint8_t { done = 0, missed = 1, usage = 2, missing = 3, bug = 4 };

/// A command, or a text for people and the code to end with: help and version end with `done`.
struct parsed_line {
  std::optional<command_variant> what;
  std::string text;
  exit_code code = exit_code::done;
};

[[nodiscard]] parsed_line parse_command_line(std::vector<std::string> arguments);

} // namespace sluice::sim
