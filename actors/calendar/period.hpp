// Spans of time with a name: years, months, weeks and days in a time zone, and the windows of agreements. Reads no
// clock.
#pragma once

#include "actors/calendar/zone.hpp"
#include "actors/domain/objective.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace sluice::calendar {

/// From `from` on, before `to`.
struct time_span {
  wall_time from;
  wall_time to;
  friend constexpr auto operator<=>(const time_span&, const time_span&) = default;
};

struct period {
  std::string name; ///< as it was asked for
  time_span span;
  friend bool operator==(const period&, const period&) = default;
};

/// Why something was refused: one sentence.
struct refusal {
  std::string why;
};

/// Reads `2026`, `2026-11`, `2026-W47` (ISO 8601: Monday to Sunday), `2026-11-03`, `rolling-7-days` or
/// `rolling-30-days` (that many times 24 h, ending now). A calendar period begins with the first moment of its first
/// day in the zone and ends where the next one begins: a day has 23, 24 or 25 hours.
[[nodiscard]] std::variant<period, refusal> parse_period(std::string_view text, const zone& in, wall_time now);

/// The window that `now` lies in, or that ends now.
[[nodiscard]] period window_at(compliance_window which, const zone& in, wall_time now);

/// Whether nothing can be added to it any more.
[[nodiscard]] constexpr bool is_over(const time_span& x, wall_time now) noexcept {
  return x.to <= now;
}

} // namespace sluice::calendar
