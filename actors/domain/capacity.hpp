// What a backend can give, estimated from what it gave, and how much may be in flight at it. Pure.
#pragma once

#include "actors/domain/policy.hpp"
#include "actors/domain/units.hpp"

namespace sluice {

/// Rates in I/O per second.
struct capacity_estimate {
  double rate = 0;       ///< delivered while something waited for it; while nothing waits, the most that was ever seen
  double trim = 1;       ///< corrects the number in flight until the latency is the one aimed at
  instant trim_after{0}; ///< a change takes until then to show in the samples: the trim rests

  /// @param delivered measured since the last tick
  /// @param saturated something waited for the backend, hence it gave all it has
  void observe(double delivered, bool saturated) noexcept;

  /// Moves the trim one step. @param danger latency as a share of what is aimed at
  /// @param by_rate the queue is held by rates: these must not be raised above the capacity, however short it is
  void correct(double danger, bool by_rate, instant now) noexcept;

  /// The trim rests until what was just changed can be seen.
  void rest(instant now) noexcept;
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
