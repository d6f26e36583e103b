// Where the server is, which token goes there, and how results are shown. Contacts nobody.
#pragma once

#include "actors/sluicectl/command_line.hpp"

#include <functional>
#include <optional>
#include <string>

namespace sluice::ctl {

struct settings {
  std::string server;       ///< without a slash at its end
  std::string token;        ///< empty = none was found
  std::string token_source; ///< the token's file; if there is none, the sentence that says where it was looked for
  output_format output = output_format::table;
};

/// What settings are made from besides the command line; a test hands its own.
struct surroundings {
  /// The value of an environment variable.
  std::function<std::optional<std::string>(const std::string& name)> environment;
  /// The content of a file; nothing if it cannot be read.
  std::function<std::optional<std::string>(const std::string& path)> file;
};

/// The real ones.
[[nodiscard]] surroundings process_surroundings();

/// @throws failure (usage) if the configuration file is wrong, the address is no http address, or a token file that was
/// named cannot be read or holds no token
[[nodiscard]] settings make_settings(const command_line& line, const surroundings& from);

/// The largest token [bytes] that is taken from a file. Chosen: HTTP servers refuse header lines beyond 8 KiB.
inline constexpr std::size_t max_token_size = 4096;

} // namespace sluice::ctl
