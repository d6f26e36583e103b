// The commands about what was, as the command line gives them. Only command_line.cpp includes it.
#pragma once

#include "actors/sluicectl/command_line.hpp"

#include <CLI/CLI.hpp>

namespace sluice::ctl {

/// Filled by CLI11 while it reads the words.
struct past_words {
  past_command past;
  exclusion_command exclusion;
};

/// Adds `report`, `compliance`, `violations`, `violators`, `history`, `decisions`, `statement` and `exclusion`; what
/// was said becomes `what`. All must outlive the parsing.
void add_past_commands(CLI::App& app, past_words& w, std::optional<command>& what);

} // namespace sluice::ctl
