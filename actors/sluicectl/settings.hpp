// Where the server is, which token goes there, and how results are shown. Contacts nobody.
#pragma once

#include "actors/sluicectl/command_line.hpp"
#include "actors/sluicectl/contexts.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sluice::ctl {

struct settings {
  std::string server;       ///< without a slash at its end
  std::string token;        ///< empty = none was found
  std::string token_source; ///< the token's file; if there is none, the sentence that says where it was looked for
  output_format output = output_format::table;
  std::string ca_file{};               ///< who vouches for an https server; empty = the system's authorities
  std::vector<std::string> warnings{}; ///< sentences for standard error
};

/// What settings are made from besides the command line; a test hands its own.
struct surroundings {
  /// The value of an environment variable.
  std::function<std::optional<std::string>(const std::string& name)> environment;
  /// The content of a file; nothing if it cannot be read.
  std::function<std::optional<std::string>(const std::string& path)> file;
  /// Whether accounts besides the owner's may read a file.
  std::function<bool(const std::string& path)> open_to_others = [](const std::string&) {
    return false;
  };
};

/// The real ones.
[[nodiscard]] surroundings process_surroundings();

/// Where contexts are kept: `sluice/config.yaml` in XDG_CONFIG_HOME, else in .config of HOME; nothing without both.
[[nodiscard]] std::optional<std::string> contexts_path(const surroundings& from);

/// The contexts; none if there is no such file. @throws failure (usage) if it is wrong
[[nodiscard]] context_book contexts_of(const surroundings& from);

/// Each setting from the first that has it: flag, context of a flag, environment, context of the environment,
/// configuration file, current context, default. A context's files count for that context's server alone.
/// @throws failure (usage) if a file is wrong, the address is no http address, there is no such context, or a token
/// file that was named cannot be read or holds no token
[[nodiscard]] settings make_settings(const command_line& line, const surroundings& from);

/// The address without slashes at its end. @throws failure (usage) if it is none of http or https
[[nodiscard]] std::string checked_address(std::string address);

/// The largest token [bytes] that is taken from a file. Chosen: HTTP servers refuse header lines beyond 8 KiB.
inline constexpr std::size_t max_token_size = 4096;

} // namespace sluice::ctl
