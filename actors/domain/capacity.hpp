// What a backend can give, estimated from what it gave, and how much may be in flight at it. Pure.
#pragma once

#include "actors/domain/policy.hpp"
#include "actors/domain/units.hpp"

#include <array>
#include <cstdint>

namespace sluice {

/// Rates in units per second (cost.hpp; a unit is a read of 4 KiB).
///
/// The estimate is what the backend delivered while it was full; while nothing waits, the most that was seen lately. It
/// rises at once to what was proven before, and only slowly beyond: a burst out of a cache is over before it counts.
/// Too low an estimate costs little, since requests in flight are what is limited, too high a one costs others latency.
struct capacity_estimate {
  double rate = 0;
  double proven = 0;     ///< the most that was delivered for some time on a full backend, slowly forgotten
  double trim = 1;       ///< corrects the number in flight until the latency is the one aimed at
  instant trim_after{0}; ///< a change takes until then to show in the samples: the trim rests

  /// One tick with samples. @param delivered measured since the last one
  /// @param saturated something waited for the backend, hence it gave all it has
  void observe(double delivered, bool saturated) noexcept;

  /// One tick in which rates held everybody back and nothing waited at the backend: it may give more.
  void probe() noexcept;

  /// Moves the trim one step. @param danger latency as a share of what is aimed at
  /// @param by_rate the queue is held by rates: these must not be raised above the capacity, however short it is
  void correct(double danger, bool by_rate, instant now) noexcept;

  /// The unit changed: all rates are so many times as much.
  void rescale(double factor) noexcept;

  /// The trim rests until what was just changed can be seen.
  void rest(instant now) noexcept;

private:
  void raise(double delivered, bool saturated) noexcept;
  std::array<double, 3> last_{}; ///< delivered in the last ticks
  std::uint8_t next_ = 0;
  std::uint32_t full_ticks_ = 0; ///< ticks on a full backend, until there are enough to compare with
};

/// Whether more was promised on a backend than it gives, with hysteresis.
struct deficit_watch {
  bool declared = false;
  bool leaning = false; ///< the present tick points the other way than `declared`
  instant since{0};     ///< since when it does

  /// True if `declared` changed.
  bool observe(bool lacking, instant now, const control_policy& policy) noexcept;
};

} // namespace sluice
