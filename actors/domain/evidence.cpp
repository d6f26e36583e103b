// Collects the evidence.
#include "actors/domain/evidence.hpp"

#include <algorithm>
#include <cmath>

namespace sluice {

namespace {

constexpr std::uint32_t enough_ticks = 10; ///< chosen: a second
/// Chosen: a minute. A machine that others keep busy shows 4 ms where the device has 1 ms, for seconds.
constexpr std::uint32_t enough_quiet_ticks = 600;
constexpr double smoothing = 0.1;    ///< chosen: one cached read is no device
constexpr double queueing = 1.5;     ///< as a multiple of the latency at low load: requests wait for each other
constexpr double some_in_flight = 2; ///< one alone waits for nobody
constexpr double many_in_flight = 8; ///< where no latency at low load is known. Chosen: servers of one device
constexpr double low_load = 0.5;     ///< of the capacity

} // namespace

void capacity_evidence::observe(double delivered, double mean_in_flight, double latency, bool saturated,
                                double capacity) noexcept {
  if (!std::isfinite(delivered) || !std::isfinite(mean_in_flight) || !std::isfinite(latency))
    return;
  const auto crowded =
      least_ > 0 ? mean_in_flight >= some_in_flight && latency >= queueing * least_ : mean_in_flight >= many_in_flight;
  if (saturated && crowded)
    full_ticks_ = std::min(full_ticks_ + 1, enough_ticks);
  const auto quiet = !saturated && delivered > 0 && latency > 0 && (!full_seen() || delivered <= low_load * capacity);
  if (!quiet) {
    quiet_ticks_ = 0;
    return;
  }
  smooth_ = quiet_ticks_ == 0 ? latency : smooth_ + smoothing * (latency - smooth_);
  quiet_ticks_ = std::min(quiet_ticks_ + 1, enough_ticks);
  quiet_in_all_ = std::min(quiet_in_all_ + 1, enough_quiet_ticks);
  if (quiet_ticks_ == enough_ticks)
    least_ = least_ > 0 ? std::min(least_, smooth_) : smooth_;
}

bool capacity_evidence::full_seen() const noexcept {
  return full_ticks_ >= enough_ticks;
}

duration capacity_evidence::least_latency() const noexcept {
  if (quiet_in_all_ < enough_quiet_ticks)
    return duration::zero();
  return duration{std::llround(std::clamp(least_, 0.0, 3600.0) * 1e9)};
}

} // namespace sluice
