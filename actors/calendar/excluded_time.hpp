// Which intervals do not count: the exclusions of an agreement laid over its time. Reads no clock.
#pragma once

#include "actors/calendar/recurrence.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::calendar {

/// Spans of time that neither touch nor overlap each other, in order.
class excluded_time {
public:
  excluded_time() = default;
  /// Merges the spans, which may be in any order; empty ones are left out.
  explicit excluded_time(std::vector<time_span> spans);

  /// Whether an interval has any part in an exclusion: then it is excluded. Beginning where the other ends is no part.
  [[nodiscard]] bool touches(const time_span& interval) const noexcept;

  [[nodiscard]] const std::vector<time_span>& spans() const noexcept {
    return spans_;
  }

private:
  std::vector<time_span> spans_;
};

/// Before this moment months of the zone are closed for what is entered at `now`: where the month of `now` begins.
[[nodiscard]] wall_time closed_until(const zone& in, wall_time now);

/// An entry that touches a span of time, and where in it the entry excludes.
struct applied_exclusion {
  exclusion entry;
  std::vector<time_span> times; ///< within the span, in order, may overlap; empty if it was taken back or came too late
};

/// What applies to one agreement in a span of time.
struct agreement_exclusions {
  excluded_time times;
  std::vector<applied_exclusion> entries; ///< whose times touch the span, in the order of entry; no withdrawals
  std::vector<std::string> problems;      ///< one sentence for each entry that cannot be read; it excludes nothing
};

/// What of `within` does not count for an agreement. A month that is over stays as it was, but for corrections: an
/// entry excludes from closed_until(its entry) on, and until closed_until(its withdrawal) if it was taken back; a
/// correction, or a withdrawal that is one, holds for all time.
/// @param in the zone of the agreement, in which months end
/// @param entries of all agreements, withdrawals too
[[nodiscard]] agreement_exclusions exclusions_of(std::string_view agreement, const zone& in,
                                                 std::span<const exclusion> entries, const time_span& within);

} // namespace sluice::calendar
