// The latency below which nothing is gained by having fewer requests in flight: the device itself takes so long. Pure.
#pragma once

#include "actors/domain/knee.hpp"

namespace sluice {

/// A promise below what the device needs for one request cannot be kept by holding others back. Aiming at it anyway
/// would leave the device idle, take what was delivered then for all it can give, and hold back everybody, the
/// protected ones included.
class latency_floor {
public:
  /// Once per tick with samples. @param latency mean at the backend now [s]; 0 = unknown
  void observe(const knee_estimate& seen, double latency, instant now) noexcept;

  /// The least latency that is worth aiming at [s]; 0 = unknown, aim at anything.
  [[nodiscard]] double floor() const noexcept;

  /// It is known that at this latency requests hardly wait for each other: then what the backend delivers is not all it
  /// can.
  [[nodiscard]] bool idle_at(double latency) const noexcept;

  /// So long after it was seen it is doubted, and seen again or not: a device that became faster is found out.
  static constexpr duration memory = std::chrono::seconds{60};

private:
  double flat_ = 0; ///< [s]; 0 = unknown
  instant seen_{0};
};

} // namespace sluice
