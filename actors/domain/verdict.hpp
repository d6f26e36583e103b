// Whether a promise was kept in one interval, with the figures and the cause.
#pragma once

#include "actors/domain/objective.hpp"
#include "actors/domain/units.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

enum class verdict_outcome : std::uint8_t {
  met,
  violated,
  exempt,  ///< the customer asked for more than the promise covers
  no_data, ///< nothing was measured: counts neither way
};

/// Why a promise was broken.
enum class violation_cause : std::uint8_t { none, stream, capacity, backend, gateway, control };

[[nodiscard]] std::string_view to_string(verdict_outcome x) noexcept;
[[nodiscard]] std::string_view to_string(violation_cause x) noexcept;

struct verdict {
  std::string agreement;
  std::uint32_t version = 0;
  std::uint32_t point = 0; ///< position in objective.latency; the reservation is judged as position = size()
  wall_time from;
  duration length{0};
  verdict_outcome outcome = verdict_outcome::no_data;
  violation_cause cause = violation_cause::none;
  std::string culprit;  ///< the stream that caused it, where there is one
  duration measured{0}; ///< the promised statistic as it was
  duration target{0};
  std::uint64_t iops = 0; ///< mean delivered rate in the interval
  friend auto operator<=>(const verdict&, const verdict&) = default;
};

} // namespace sluice
