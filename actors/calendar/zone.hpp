// A time zone of the tz database: what its clocks showed, and when they showed it. Reads no clock.
#pragma once

#include "actors/domain/units.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace date {
class time_zone;
}

namespace sluice::calendar {

/// What a clock on the wall shows: microseconds since it showed 1970-01-01 00:00.
struct clock_time {
  std::int64_t us = 0;
  friend constexpr auto operator<=>(const clock_time&, const clock_time&) = default;
};

/// A day of the Gregorian calendar.
struct day_date {
  int year = 1970;
  unsigned month = 1; ///< 1 to 12
  unsigned day = 1;   ///< 1 to 31
  friend constexpr auto operator<=>(const day_date&, const day_date&) = default;
};

/// Years in which periods and recurrences may lie. Before there is no data; later changes of clocks are not in the tz
/// database in the form in which Debian ships it.
inline constexpr int first_year = 1970;
inline constexpr int last_year = 2037;

[[nodiscard]] bool exists(const day_date& x) noexcept;

/// Midnight at the beginning of the day. @pre exists(x)
[[nodiscard]] clock_time midnight(const day_date& x) noexcept;

[[nodiscard]] day_date date_of(clock_time x) noexcept;

/// Cheap to copy. Thread-safe.
class zone {
public:
  /// Nothing if there is no such zone, or no tz database. Names are those of the tz database, links included:
  /// "Europe/Berlin", "UTC". Case counts.
  [[nodiscard]] static std::optional<zone> find(std::string_view name);

  [[nodiscard]] clock_time shown_at(wall_time x) const;

  /// When the clocks showed `x`: the first time if they showed it twice, nothing if they were put forward past it.
  [[nodiscard]] std::optional<wall_time> first_shown(clock_time x) const;

  /// When the clocks first showed `x` or something later: a day that has no midnight begins when it begins.
  [[nodiscard]] wall_time reached(clock_time x) const;

private:
  explicit zone(const date::time_zone& x) : zone_(&x) {}
  const date::time_zone* zone_;
};

} // namespace sluice::calendar
