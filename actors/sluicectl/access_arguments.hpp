// The commands about tokens, contexts and the shell, as the command line gives them. Only command_line.cpp includes it.
#pragma once

#include "actors/sluicectl/command_line.hpp"

#include <CLI/CLI.hpp>

namespace sluice::ctl {

/// Filled by CLI11 while it reads the words.
struct access_words {
  token_command token;
  context_command context;
  std::string shell;
  manual_command manual;
  complete_command complete;
};

/// Adds `token`, `context`, `completion`, `man` and `__complete`; what was said becomes `line.what` or `line.local`.
/// All must outlive the parsing.
void add_access_commands(CLI::App& app, access_words& w, command_line& line);

} // namespace sluice::ctl
