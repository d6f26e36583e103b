// What was asked on the command line, as plain values. Reads no file, no environment and contacts nobody.
#pragma once

#include "actors/sluicectl/description.hpp"
#include "actors/sluicectl/failure.hpp"
#include "actors/sluicectl/resource_kind.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sluice::ctl {

enum class output_format : std::uint8_t { table, json, yaml, html, openslo };

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
/// `suspend AGREEMENT` and `resume AGREEMENT`
struct suspension_command {
  std::string agreement{};
  bool suspends = true;
  bool dry_run = false;
  bool force = false; ///< resume: also where admission refuses
  std::string who{};  ///< of what is forced; empty = the name of the user
};
/// `diff -f FILE|DIR|-`
struct diff_command {
  std::vector<std::string> sources;
  bool force = false; ///< compare also what admission refuses
};
/// Which streams are listed; what is empty does not count.
struct stream_choice {
  std::string agreement;
  std::string backend;
  std::string text; ///< a part of the name
  bool throttled = false;
  std::string after;       ///< the last one of the list before
  std::uint32_t limit = 0; ///< at most so many; 0 = all
};
/// `get KIND [NAME]`
struct get_command {
  resource_kind kind = resource_kind::agreement;
  std::string name;        ///< empty = all
  std::uint32_t last = 50; ///< events: at most this many, the newest
  stream_choice streams{};
};
/// `watch [TOPIC…]`
struct watch_command {
  std::vector<std::string> topics;
  std::uint32_t count = 0; ///< end after so many answers; 0 = until it is ended
};
/// `events [SUBJECT]`
struct events_command {
  std::string subject;     ///< empty = all
  std::uint32_t last = 20; ///< at most so many of those that were
  bool follow = false;     ///< and those that come
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
/// `wait ready` (neither streams nor agreement), `wait throttled STREAM…` or `wait agreement NAME --for=STATE`
struct wait_command {
  std::vector<std::string> streams;
  std::chrono::milliseconds timeout{30'000};
  std::string agreement{};
  std::string state{}; ///< `established`, `kept` or `violated`
};

/// `token create`, `token list`, `token revoke ID…`
struct token_command {
  enum class verb : std::uint8_t { list, create, revoke };
  verb what = verb::list;
  std::string role;
  std::string label;
  std::string tenant;           ///< of a customer
  std::string length;           ///< as the server reads it; empty = without an end
  std::string file;             ///< where the token goes to; empty = standard output
  std::vector<std::string> ids; ///< revoke
};

/// `evidence verify FILE`
struct verify_command {
  std::string file;               ///< - is standard input
  std::vector<std::string> keys;  ///< each a file or hexadecimal digits; empty = any key will do, and is told
  std::vector<std::string> roots; ///< each DAY=HEX or a file of roots that were kept
};

/// `evidence export AGREEMENT`, `evidence key`, `evidence check`
struct evidence_command {
  enum class verb : std::uint8_t { export_file, key, check };
  verb what = verb::key;
  std::string agreement; ///< export
  std::string period;    ///< export
  std::string file;      ///< export: empty = AGREEMENT-PERIOD.evidence
  bool wait = false;     ///< check: until it has ended
  bool last = false;     ///< check: begin none
  std::chrono::milliseconds timeout{600'000};
};

enum class csv_kind : std::uint8_t { samples, verdicts };

/// `export samples STREAM`, `export verdicts AGREEMENT`
struct export_command {
  csv_kind what = csv_kind::samples;
  std::string name; ///< stream or agreement
  std::string period;
  std::string from;
  std::string to;
  bool imported = false;
  std::string file; ///< empty = standard output
};

/// `import samples FILE`, `import verdicts FILE`
struct import_command {
  csv_kind what = csv_kind::samples;
  std::string file; ///< - is standard input
  std::string who;  ///< empty = the name of the user
};

/// Questions about the past.
enum class past_kind : std::uint8_t { report, compliance, violations, violators, history, decisions, statement };
/// `report AGREEMENT`, `compliance [AGREEMENT]`, `violations AGREEMENT`, `violators`, `history STREAM`, `decisions
/// STREAM`, `statement TENANT`. What is empty is not sent: then the server chooses.
struct past_command {
  past_kind what = past_kind::compliance;
  std::string name; ///< agreement, stream or tenant
  std::string period;
  std::string from;
  std::string to;
  std::string tenant;       ///< compliance, violators
  std::string by;           ///< violators
  std::uint32_t points = 0; ///< history: at most; 0 = the server's number
};

/// `exclusion list`, `exclusion add`, `exclusion withdraw ID`
struct exclusion_command {
  enum class verb : std::uint8_t { list, add, withdraw };
  verb what = verb::list;
  std::uint64_t id = 0;   ///< withdraw
  std::string agreements; ///< add: a pattern
  std::string from;
  std::string length;
  std::string recurrence; ///< RRULE; empty = once
  std::string time_zone;  ///< empty = UTC
  std::string who;        ///< empty = the name of the user
  std::string why;
  bool correction = false;
};

using command = std::variant<apply_command, delete_command, suspension_command, get_command, describe_command,
                             explain_command, top_command, limit_command, wait_command, policy_command, traffic_command,
                             verify_command, past_command, exclusion_command, evidence_command, export_command,
                             import_command, diff_command, watch_command, events_command, token_command>;

/// `context list|use|show|set|delete`; what `set` sets are the global options.
struct context_command {
  enum class verb : std::uint8_t { list, use, show, set, remove };
  verb what = verb::list;
  std::string name; ///< show: empty = the current one
};
/// `completion bash|zsh`
struct completion_command {
  bool zsh = false;
};
/// `man [COMMAND]`
struct manual_command {
  std::string command;   ///< empty = the program
  std::string directory; ///< given: all pages are written there
};
/// `__complete LINE`: what the scripts of `completion` ask.
struct complete_command {
  std::string line; ///< up to the cursor
};
/// Commands that need no server, or ask it only if it is there.
using local_command = std::variant<context_command, completion_command, manual_command, complete_command>;

struct command_line {
  std::optional<std::string> server;      ///< --server
  std::optional<std::string> token_file;  ///< --token-file
  std::optional<std::string> config_file; ///< --config-file
  std::optional<std::string> context;     ///< --context
  std::optional<std::string> ca_file;     ///< --ca-file
  std::optional<output_format> output;    ///< --output
  bool check_config = false;              ///< --check-config; then there may be no command
  std::optional<command> what;            ///< at most one of both
  std::optional<local_command> local;     ///< is given
};

/// Either a command line, or the end: a text to print and the exit code (`done`: --help and --version; else `usage`).
struct parsed_line {
  std::optional<command_line> line;
  std::string text;
  exit_code code = exit_code::done;
};

/// @param arguments without the program's name
[[nodiscard]] parsed_line parse_command_line(std::vector<std::string> arguments);

/// All commands and options, as parse_command_line() knows them.
[[nodiscard]] described_command describe_program();

/// A length of time as a person writes it (`500ms`, `30s`, `1m30s`); nothing for anything else, for less than a
/// millisecond and for more than a year.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_span(const std::string& text);

} // namespace sluice::ctl
