// The commands about files of evidence, rows and verdicts, as the command line gives them. Only command_line.cpp
// includes it.
#pragma once

#include "actors/sluicectl/command_line.hpp"

#include <CLI/CLI.hpp>

namespace sluice::ctl {

/// Filled by CLI11 while it reads the words.
struct file_words {
  verify_command verify;
  evidence_command evidence;
  std::string timeout = "10m";
  export_command exported;
  import_command imported;
};

/// Adds `evidence`, `export` and `import`; what was said becomes `what`. All must outlive the parsing.
void add_file_commands(CLI::App& app, file_words& w, std::optional<command>& what);

} // namespace sluice::ctl
