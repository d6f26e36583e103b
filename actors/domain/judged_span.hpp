// Which interval is judged by which version of an agreement. Pure: a function of the versions and how long each was in
// force.
#pragma once

#include "actors/domain/agreement.hpp"

#include <cstddef>
#include <optional>
#include <span>

namespace sluice {

/// A version of an agreement and when it ended to be in force.
struct agreement_period {
  agreement terms; ///< in force from `terms.since`
  wall_time until; ///< zero = it still is
  friend bool operator==(const agreement_period&, const agreement_period&) = default;
};

struct judged_span {
  std::size_t version = 0; ///< position in the history
  wall_time from;
  wall_time to;
  friend bool operator==(const judged_span&, const judged_span&) = default;
};

/// The first interval of an agreement that begins at or after `from`; nothing if the agreement ends before.
///
/// Each interval lies on the grid of the version that was in force when it began, and is judged by it to its end; a
/// version that follows begins with the first point of its own grid at or after that end. What is left of an interval
/// when the agreement ends is not judged. No two intervals overlap.
/// @param history one agreement's versions, ascending; of two that follow each other directly the end of the one is the
/// beginning of the other
[[nodiscard]] std::optional<judged_span> next_interval(std::span<const agreement_period> history, wall_time from);

} // namespace sluice
