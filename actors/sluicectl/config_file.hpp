// The client's ini file: four keys. Strict: what it does not know is a mistake.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::ctl {

struct file_settings {
  std::optional<std::string> server;
  std::optional<std::string> token_file;
  std::optional<std::string> ca_file;
  std::optional<std::string> output; ///< table, json or yaml
  std::vector<std::string> mistakes; ///< `FILE: line N: KEY: what was expected`; empty if the file is right
};

/// Reads lines of the form `key="value"` or `key=value`; `;` and `#` begin a comment line, `[sluicectl]` may head them.
/// @param name the file's name, for the mistakes alone
[[nodiscard]] file_settings parse_config_file(std::string_view name, std::string_view text);

} // namespace sluice::ctl
