// The commands that need no server, one function each; as commands.hpp has those that do.
#pragma once

#include "actors/sluicectl/commands.hpp"
#include "actors/sluicectl/settings.hpp"

namespace sluice::ctl {

/// Reads and writes the contexts file. @throws failure
[[nodiscard]] exit_code run(const context_command& x, const command_line& line, const surroundings& from,
                            const console& io);

/// Prints the script for the shell.
[[nodiscard]] exit_code run(const completion_command& x, const command_line& line, const surroundings& from,
                            const console& io);

/// Prints a manual page, or writes all of them into a directory.
[[nodiscard]] exit_code run(const manual_command& x, const command_line& line, const surroundings& from,
                            const console& io);

/// Prints `words` and what could stand at the cursor, one a line, or `files`. Where names are wanted the server is
/// asked, for a moment and quietly: whatever is wrong, there are no names then.
[[nodiscard]] exit_code run(const complete_command& x, const command_line& line, const surroundings& from,
                            const console& io);

} // namespace sluice::ctl
