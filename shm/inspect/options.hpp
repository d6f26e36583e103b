// What was asked on the command line, as plain values.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::shm::inspect {

/// What the shell sees; listed in README.md.
enum class exit_code : unsigned char { shown = 0, usage = 2, unreadable = 3, bug = 4 };

struct options {
  std::optional<std::string> directory;
  std::optional<std::string> instance;
  std::string role;        ///< only the mailbox of this receiver; empty: all
  std::string config_file; ///< of a process: its [shm] says directory and instance; empty: none
  bool check_config = false;
  std::optional<std::chrono::milliseconds> watch; ///< look again and again, this often
  bool json = false;
  bool no_color = false;
};

/// Either options, or the end: a text to print and the exit code (`shown`: --help and --version; else `usage`).
struct parsed_options {
  std::optional<options> asked;
  std::string text;
  exit_code code = exit_code::shown;
};

/// @param arguments without the program's name
[[nodiscard]] parsed_options parse_options(std::vector<std::string> arguments);

/// What [shm] of a process's ini file says about where its segments are.
struct shm_section {
  std::optional<std::string> directory;
  std::optional<std::string> instance;
  std::vector<std::string> mistakes; ///< "FILE: line N: key: what was expected"
};

/// Looks at `directory` and `instance` of section [shm] only: the rest is judged by the process that it belongs to.
[[nodiscard]] shm_section parse_shm_section(std::string_view file_name, std::string_view text);

} // namespace sluice::shm::inspect
