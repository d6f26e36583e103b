// The verdicts of one agreement, made from its stored seconds and what the SLA core found. Pure: the same rows and
// findings give the same verdicts, in whichever order the rows came.
#pragma once

#include "actors/domain/interval_rule.hpp"
#include "actors/domain/second_record.hpp"

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace sluice {

/// The beginning of the interval that a time lies in. Intervals lie on a grid that begins at 1970-01-01 UTC.
[[nodiscard]] wall_time interval_begin(wall_time at, duration interval) noexcept;

/// The account of one agreement. An interval's verdicts depend on its own seconds and on `lead_in_seconds` before it
/// and on nothing else: whoever begins in the midst (a restart) adds those two first and gets the same.
///
/// How to use it: begin(); add() for each second that is closed, in order; at the end of the interval close(), which
/// begins the next one. Of a second without rows nothing need be added.
class interval_account {
public:
  static constexpr std::uint32_t lead_in_seconds = 2;

  /// Begins the interval at `from`, on the grid of the terms. Seconds that were added stay as its lead-in.
  void begin(const agreement& terms, wall_time from);

  /// Adds a closed second, of the interval or its lead-in; a second belongs to the interval in which it begins. False,
  /// and nothing changed, if it is not after the last one or not before the end of the interval. @pre begin() with
  /// terms
  [[nodiscard]] bool add(const agreement& terms, wall_time second, const second_record& x);

  /// Ends the interval: one verdict per latency point, then one for the reservation if there is one. The outcome comes
  /// from the rows; cause and culprit of a broken promise from the finding of the same agreement, version, point and
  /// interval where that says violated, else from the rows. Where the rows are incomplete and tell nothing, the finding
  /// counts; without one there is no data. Then begins the next interval. @pre begin() with terms
  [[nodiscard]] std::vector<final_verdict> close(const agreement& terms, std::span<const verdict> findings);

  [[nodiscard]] wall_time from() const noexcept {
    return from_;
  }
  /// The end of the present interval, which close() waits for.
  [[nodiscard]] wall_time to() const noexcept {
    return to_;
  }

private:
  void pass(const objective& terms, wall_time second, const judged_second& x, const narrow_histogram& total);
  void pass_silence(const objective& terms, wall_time until);

  interval_rule rule_;
  wall_time from_;
  wall_time to_;
  wall_time next_{std::numeric_limits<std::int64_t>::min()}; ///< the first second that was not passed yet
  second_before before_;
  std::vector<std::uint32_t> busy_; ///< streams that had traffic in the second before
};

} // namespace sluice
