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

/// What applies to one agreement in a span of time.
struct agreement_exclusions {
  excluded_time times;
  std::vector<exclusion> entries;    ///< that touch the span, as entered
  std::vector<std::string> problems; ///< one sentence for each entry that cannot be read; it excludes nothing
};

/// Of all entries those whose pattern matches, which are not withdrawn, and which touch `within`.
[[nodiscard]] agreement_exclusions exclusions_of(std::string_view agreement, std::span<const exclusion> entries,
                                                 const time_span& within);

/// Whether an entry touches a month of the zone that is over: then it is a correction. A withdrawal touches what the
/// entry that it takes back touches. An entry whose times cannot be known touches nothing.
[[nodiscard]] bool is_correction(const exclusion& x, const zone& in, wall_time now);

} // namespace sluice::calendar
