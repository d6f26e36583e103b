// What admission may rely on: whether a backend was ever seen full, and how fast it answers at low load. Pure; controls
// nothing.
#pragma once

#include "actors/domain/units.hpp"

#include <cstdint>

namespace sluice {

/// A capacity that was only ever asked for is a lower bound, and a latency under load none of the device: both would
/// refuse agreements wrongly.
class capacity_evidence {
public:
  /// Once per tick with samples. @param delivered [I/O per second] @param mean_in_flight requests at the backend
  /// @param latency mean backend latency [s]; 0 = unknown @param saturated the loop takes it for full
  /// @param capacity as estimated [I/O per second]
  void observe(double delivered, double mean_in_flight, double latency, bool saturated, double capacity) noexcept;

  [[nodiscard]] bool full_seen() const noexcept;

  /// The least that was seen, once there was enough to see. Zero = unknown.
  [[nodiscard]] duration least_latency() const noexcept;

private:
  std::uint32_t full_ticks_ = 0;  ///< in all
  std::uint32_t quiet_ticks_ = 0; ///< in a row
  std::uint32_t quiet_in_all_ = 0;
  double smooth_ = 0; ///< latency while it is quiet [s]
  double least_ = 0;  ///< of `smooth_` [s]; 0 = unknown
};

} // namespace sluice
