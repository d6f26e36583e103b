// What was asked on the command line, as plain values. Reads no file, no environment and contacts nobody.
#pragma once

#include "actors/sluicectl/failure.hpp"
#include "actors/sluicectl/resource_kind.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sluice::ctl {

enum class output_format : std::uint8_t { table, json };

/// `apply -f FILE|DIR|-`
struct apply_command {
  std::vector<std::string> sources;
  bool dry_run = false; ///< say what would happen, change nothing
  bool force = false;   ///< also agreements that admission refuses
  std::string who;      ///< of a policy, and of what is forced; empty = the name of the user
  std::string why;      ///< of a policy
};
/// `delete agreement NAME` or `delete -f FILE`; exactly one of both is filled.
struct delete_command {
  std::string name;
  std::vector<std::string> sources;
};
/// `get KIND [NAME]`
struct get_command {
  resource_kind kind = resource_kind::agreement;
  std::string name;        ///< empty = all
  std::uint32_t last = 50; ///< events: at most this many, the newest
};
/// `describe KIND NAME`
struct describe_command {
  resource_kind kind = resource_kind::agreement;
  std::string name;
};
/// `explain STREAM`, `explain agreement NAME`, `explain backend NAME`
struct explain_command {
  resource_kind kind = resource_kind::stream;
  std::string name;
};
/// `traffic [STREAM…]`: what streams did in the last minutes, second by second.
struct traffic_command {
  std::vector<std::string> streams; ///< empty = all
  std::uint32_t seconds = 600;
};
/// `policy history`
struct policy_command {};
/// `top`
struct top_command {
  bool once = false;
  std::chrono::milliseconds interval{1000};
};
/// `limit STREAM …`: the operator's override, or its end.
struct limit_command {
  std::string stream;
  std::optional<std::uint64_t> iops; ///< operations per second, at least 1
  std::string bandwidth;             ///< as the server reads it, for example 10MB/s; empty = not limited
  std::string length;                ///< as the server reads it, for example 10m; empty = until it is cleared
  std::string why;
  std::string who; ///< empty = the name of the user
  bool clear = false;
};
/// `wait ready` (no streams) or `wait throttled STREAM…`
struct wait_command {
  std::vector<std::string> streams;
  std::chrono::milliseconds timeout{30'000};
};

using command = std::variant<apply_command, delete_command, get_command, describe_command, explain_command, top_command,
                             limit_command, wait_command, policy_command, traffic_command>;

struct command_line {
  std::optional<std::string> server;      ///< --server
  std::optional<std::string> token_file;  ///< --token-file
  std::optional<std::string> config_file; ///< --config-file
  std::optional<output_format> output;    ///< --output
  bool check_config = false;              ///< --check-config; then there may be no command
  std::optional<command> what;
};

/// Either a command line, or the end: a text to print and the exit code (`done`: --help and --version; else `usage`).
struct parsed_line {
  std::optional<command_line> line;
  std::string text;
  exit_code code = exit_code::done;
};

/// @param arguments without the program's name
[[nodiscard]] parsed_line parse_command_line(std::vector<std::string> arguments);

/// A length of time as a person writes it (`500ms`, `30s`, `1m30s`); nothing for anything else, for less than a
/// millisecond and for more than a year.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_span(const std::string& text);

} // namespace sluice::ctl
