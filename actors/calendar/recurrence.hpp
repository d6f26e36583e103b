// The times of a recurring exclusion: RRULE of RFC 5545, counted in a time zone. Reads no clock.
#pragma once

#include "actors/calendar/period.hpp"
#include "actors/domain/record.hpp"

#include <string>
#include <variant>
#include <vector>

namespace sluice::calendar {

inline constexpr std::size_t max_rule_length = 512; ///< characters
/// Times of one exclusion: once a day from 1970 to 2037 are 24,837.
inline constexpr std::size_t max_recurrences = 25'000;
inline constexpr duration max_exclusion_length = std::chrono::hours{24 * 31}; ///< of each time; chosen

/// Why the times of an exclusion cannot be known; empty if they can. Besides what is no rule of RFC 5545: one that
/// recurs more often than once a day, one whose first time is not one of its own, and an unknown zone.
[[nodiscard]] std::string problem_with_times(const exclusion& x);

/// The times of an exclusion that touch a span, in order; they may overlap. Refused if `problem_with_times`, or if
/// there are more than `max_recurrences` up to the end of the span.
///
/// Recurrences are counted on the clocks of the zone. A time that they do not show, because they are put forward, is no
/// recurrence and is not counted (RFC 5545, 3.3.10). Of one that they show twice the first counts (3.3.5). The length
/// of each is exact: two hours are two hours, whatever the clocks show.
[[nodiscard]] std::variant<std::vector<time_span>, refusal> times_of(const exclusion& x, const time_span& within);

} // namespace sluice::calendar
