// Draws the number by which one life of a process is told from the next. Not a secret.
#pragma once

#include <cstdint>
#include <random>

namespace sluice {

/// A random number of 64 bits, never zero.
[[nodiscard]] inline std::uint64_t draw_incarnation() {
  std::random_device source;
  std::uniform_int_distribution<std::uint64_t> any{1};
  return any(source);
}

} // namespace sluice
