// The commands, one function each. Each prints its results to `out` and its mistakes to `err`, and ends with an exit
// code or with `failure`.
#pragma once

#include "actors/sluicectl/command_line.hpp"
#include "actors/sluicectl/server.hpp"

#include <iosfwd>

namespace sluice::ctl {

/// Where a command writes.
struct console {
  std::ostream& out;
  std::ostream& err;
  bool terminal = false; ///< `out` is one
  bool progress = false; ///< `err` is one: how far a long command is may be shown there
  bool colours = false;  ///< `out` may have colours
};

/// Puts each document; goes on after a refused one. `refused` if any was. Warnings and notes of admission go to `err`.
[[nodiscard]] exit_code run(const apply_command& x, server_link& server, const console& io);
[[nodiscard]] exit_code run(const delete_command& x, server_link& server, const console& io);
/// Says `is suspended`, `is in force`, the same with `already`, or with --dry-run `would be`.
[[nodiscard]] exit_code run(const suspension_command& x, server_link& server, const console& io);
[[nodiscard]] exit_code run(const get_command& x, server_link& server, const console& io);
[[nodiscard]] exit_code run(const describe_command& x, server_link& server, const console& io);
[[nodiscard]] exit_code run(const explain_command& x, server_link& server, const console& io);
[[nodiscard]] exit_code run(const limit_command& x, server_link& server, const console& io);
[[nodiscard]] exit_code run(const policy_command& x, server_link& server, const console& io);

/// `refused` if something differs; what the server would refuse is `usage` here, and 503 `unreachable`.
[[nodiscard]] exit_code run(const diff_command& x, server_link& server, const console& io);

/// Until it is ended, or as many answers came as were wanted; a lost connection is taken up again.
[[nodiscard]] exit_code run(const watch_command& x, server_link& server, const console& io);
[[nodiscard]] exit_code run(const events_command& x, server_link& server, const console& io);

/// The secret of a new token goes to `out` or into the file, alone.
[[nodiscard]] exit_code run(const token_command& x, server_link& server, const console& io);

/// Contacts nobody. `refused` with the first wrong place on `err` if the file is not as it was signed.
[[nodiscard]] exit_code run(const verify_command& x, server_link& server, const console& io);

/// A file that does not prove itself is not kept; `refused` if the database's evidence is broken.
[[nodiscard]] exit_code run(const evidence_command& x, server_link& server, const console& io);
[[nodiscard]] exit_code run(const export_command& x, server_link& server, const console& io);
/// Nothing is sent before every line of the file was read.
[[nodiscard]] exit_code run(const import_command& x, server_link& server, const console& io);
[[nodiscard]] exit_code run(const past_command& x, server_link& server, const console& io);
[[nodiscard]] exit_code run(const exclusion_command& x, server_link& server, const console& io);
/// Prints JSON whatever the output format is: an object whose `items` have `stream` and `series`.
[[nodiscard]] exit_code run(const traffic_command& x, server_link& server, const console& io);

/// Asks again and again until it is so. An unreachable server is "not yet" for `ready` alone.
[[nodiscard]] exit_code run(const wait_command& x, server_link& server, const console& io);

/// On a terminal until a signal (SIGINT, SIGTERM) ends it, else once.
[[nodiscard]] exit_code run(const top_command& x, server_link& server, const console& io);

} // namespace sluice::ctl
