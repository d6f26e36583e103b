// Remembers the flat part of latency over requests in flight.
#include "actors/domain/latency_floor.hpp"

namespace sluice {

namespace {

/// With so much more in flight than the device serves at once it is surely never idle. Chosen: as little as finds
/// capacity that returns.
constexpr double above = 1.15;
constexpr double faster = 0.8; ///< a latency so far below it refutes it
constexpr double waiting = 1.25;

} // namespace

void latency_floor::observe(const knee_estimate& seen, double latency, instant now) noexcept {
  if (const auto flat = seen.flat_latency(now); flat > 0) {
    flat_ = flat;
    seen_ = now;
  } else if (now - seen_ > memory || (latency > 0 && latency < faster * flat_)) {
    flat_ = 0;
  }
}

double latency_floor::floor() const noexcept {
  return above * flat_;
}

bool latency_floor::idle_at(double latency) const noexcept {
  return latency > 0 && latency <= waiting * flat_;
}

} // namespace sluice
