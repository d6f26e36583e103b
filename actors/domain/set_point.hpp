// The latency aimed at so that a promised latency point holds: a share of its target that follows what was measured.
// Pure; decides no throttle.
#pragma once

#include "actors/domain/histogram.hpp"
#include "actors/domain/objective.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace sluice {

/// How a percentile compares with its target, from the histograms of the last seconds. Counts requests above some
/// multiples of the target, so nothing is sorted and nothing allocated.
class percentile_watch {
public:
  /// Adds a sample's requests. As the verdict does, a request counts with the upper edge of its bucket.
  void add(const latency_histogram& x, duration target) noexcept;

  /// Ends a tick: what was added counts from now on, old requests count less, to 1/e after `memory`.
  void age(double passed_seconds) noexcept;

  /// Measured / target; 0 = not known: fewer requests than the percentile needs.
  /// @param quantile 0.5 to 0.999
  [[nodiscard]] double ratio(double quantile) const noexcept;

  static constexpr double memory = 3; ///< [s]; chosen: "the last seconds", long enough for a p99 at 500 IOPS

private:
  static constexpr std::size_t mark_count = 12;
  static const std::array<double, mark_count> marks; ///< multiples of the target
  std::uint64_t new_requests_ = 0; ///< since the last tick; integers, because their order must not matter
  std::array<std::uint64_t, mark_count> new_above_{};
  double requests_ = 0;
  std::array<double, mark_count> above_{}; ///< of these, slower than each mark
};

/// The set-point of one latency point.
struct set_point {
  double share = 0; ///< of the target, that the mean backend latency is aimed at

  /// One tick. Moves only while the aim decides what happens. @param ratio of percentile_watch, 0 = unknown
  /// @param first the share to begin with; the share stays between a third and 1.1 times it
  void follow(double ratio, double first) noexcept;
};

} // namespace sluice
