// Quantities that cross a module border. A bare number never does.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace sluice {

/// Time since an arbitrary origin, monotonic [ns]. Domain code is handed the time; it never reads a clock.
using instant = std::chrono::nanoseconds;

/// A length of time [ns].
using duration = std::chrono::nanoseconds;

/// Wall-clock time, microseconds since 1970-01-01 UTC. A label for people and for the database; never used to decide
/// anything (invariant 8).
struct wall_time {
  std::int64_t unix_us = 0;
  friend constexpr auto operator<=>(const wall_time&, const wall_time&) = default;
};

/// Tokens per second: I/O operations or bytes, the name of the variable says which. Zero means "no limit is set", never
/// "nothing may pass".
struct rate {
  std::uint64_t per_second = 0;
  [[nodiscard]] constexpr bool unlimited() const noexcept {
    return per_second == 0;
  }
  friend constexpr auto operator<=>(const rate&, const rate&) = default;
};

} // namespace sluice
