// What the command line consists of, as plain values: the same description that reads it, for completion and manual.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace sluice::ctl {

struct described_option {
  std::vector<std::string> flags;   ///< `-o`, `--output`; of a positional that has none, none
  std::string positional;           ///< `STREAM`; empty = it is none
  std::string value;                ///< what its value is called; empty = it takes none
  std::vector<std::string> choices; ///< all values that there are; empty = it depends
  std::string preset;               ///< without it
  std::string text;
  bool required = false;
  bool repeats = false;
};

struct described_command {
  std::string name;
  std::string text;
  std::vector<described_option> options;
  std::vector<described_command> commands;
};

/// Hidden ones are left out.
[[nodiscard]] described_command describe(const CLI::App& app);

/// The subcommand called so; null if there is none.
[[nodiscard]] const described_command* subcommand(const described_command& of, const std::string& name) noexcept;

} // namespace sluice::ctl
