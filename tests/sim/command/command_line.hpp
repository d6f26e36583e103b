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

/// Who would keep which promise if something new were established.
struct what_if_command {
  std::string agreements;   ///< in force: file or directory
  std::string new_document; ///< file
  std::vector<std::string> traces;
  std::string stream;                    ///< of traces that name none; may be empty
  std::string device;                    ///< file; empty = the next three
  std::uint64_t servers = 0;             ///< 0 = not given
  std::string service;                   ///< such as 1ms
  std::string per_mib;                   ///< empty = nothing
  std::optional<std::uint64_t> new_load; ///< [I/O per second]
  std::uint64_t seed = 1;
  bool json = false;
};

using command_variant = std::variant<run_command, list_command, check_command, compare_command, what_if_command>;

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
