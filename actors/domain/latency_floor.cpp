// Remembers the flat part of latency over requests in flight.
#include "actors/domain/latency_floor.hpp"

namespace sluice {

namespace {

/// With so much more in flight than the device serves at once it is surely never idle. Chosen: as little as finds
/// capacity that returns.
constexpr double above = 1.15;
constexpr int long_enough = 10;  ///< ticks in vain; a stall is over by then
constexpr double faster = 0.8;   ///< a latency so far below it refutes it
constexpr double waiting = 1.25; ///< as a multiple of the least latency ever seen: requests wait for each other

} // namespace

void latency_floor::observe(const knee_estimate& seen, double latency, bool in_vain, instant now) noexcept {
  vain_ticks_ = in_vain && latency > 0 && !queues(seen, latency, now) ? vain_ticks_ + 1 : 0;
  const auto flat = vain_ticks_ >= long_enough ? latency : seen.flat_latency(now);
  if (flat > 0) {
    flat_ = flat;
    seen_ = now;
    vain_ticks_ = 0;
  } else if (now - seen_ > memory || (latency > 0 && latency < faster * flat_)) {
    flat_ = 0;
  }
}

double latency_floor::floor() const noexcept {
  return above * flat_;
}

bool latency_floor::queues(const knee_estimate& seen, double latency, instant now) noexcept {
  const auto least = seen.least_latency(now);
  return least > 0 && latency > waiting * least;
}

} // namespace sluice
