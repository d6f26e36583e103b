// Takes the figures of bars from what came of a run. Judges nothing.
#pragma once

#include "tests/sim/run/outcome.hpp"
#include "tests/sim/scenario/bar.hpp"

namespace sluice::sim {

/// The figure of `x`, in the unit of its measure; not a number where there is nothing to measure, infinite for what
/// never came. @param without the run of the same seed without control; may be nullptr if the bar needs none
[[nodiscard]] double figure_of(const bar_spec& x, const outcome& with, const outcome* without);

/// How far a figure is on the good side of its bounds, the less the worse; below zero it misses one. Not a number is
/// the worst.
[[nodiscard]] double distance_to_bounds(const bar_spec& x, double figure) noexcept;

/// Whether it needs the run without control.
[[nodiscard]] constexpr bool compares(const bar_spec& x) noexcept {
  return x.uncontrolled || x.what == measure::total_vs_uncontrolled;
}

} // namespace sluice::sim
