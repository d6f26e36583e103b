// Colours for a terminal. Knows no command.
#pragma once

#include "actors/sluicectl/commands.hpp"

#include <string>

namespace sluice::ctl {

enum class colour : unsigned char { none, red, green, yellow };

/// The text as it is where `out` may have no colours.
[[nodiscard]] inline std::string painted(const console& io, colour which, const std::string& text) {
  if (!io.colours || which == colour::none)
    return text;
  return std::string{which == colour::red     ? "\033[31m"
                     : which == colour::green ? "\033[32m"
                                              : "\033[33m"}
         + text + "\033[0m";
}

} // namespace sluice::ctl
