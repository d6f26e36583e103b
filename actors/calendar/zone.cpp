// The one file that knows the tz database.
#include "actors/calendar/zone.hpp"

#include <date/tz.h>
#include <exception>
#include <string>

namespace sluice::calendar {

namespace {

using std::chrono::microseconds;

date::year_month_day to_date(const day_date& x) noexcept {
  return date::year{x.year} / static_cast<int>(x.month) / static_cast<int>(x.day);
}

date::local_time<microseconds> to_local(clock_time x) noexcept {
  return date::local_time<microseconds>{microseconds{x.us}};
}

wall_time to_wall(date::sys_time<microseconds> x) noexcept {
  return {x.time_since_epoch().count()};
}

} // namespace

bool exists(const day_date& x) noexcept {
  return x.year >= first_year && x.year <= last_year && x.month >= 1 && x.month <= 12 && x.day >= 1 && x.day <= 31
         && to_date(x).ok();
}

clock_time midnight(const day_date& x) noexcept {
  return {std::chrono::duration_cast<microseconds>(date::local_days{to_date(x)}.time_since_epoch()).count()};
}

day_date date_of(clock_time x) noexcept {
  const date::year_month_day day{date::floor<date::days>(to_local(x))};
  return {static_cast<int>(day.year()), static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day())};
}

std::optional<zone> zone::find(std::string_view name) {
  if (name.empty() || name == "localtime") // of this machine, whatever that is
    return std::nullopt;
  try {
    return zone{*date::locate_zone(std::string{name})};
  } catch (const std::exception&) { // how the library says that there is none
    return std::nullopt;
  }
}

clock_time zone::shown_at(wall_time x) const {
  const date::sys_time<microseconds> at{microseconds{x.unix_us}};
  return {zone_->to_local(at).time_since_epoch().count()};
}

std::optional<wall_time> zone::first_shown(clock_time x) const {
  const auto local = to_local(x);
  const auto info = zone_->get_info(local);
  if (info.result == date::local_info::nonexistent)
    return std::nullopt;
  return to_wall(date::sys_time<microseconds>{local.time_since_epoch() - info.first.offset});
}

wall_time zone::reached(clock_time x) const {
  if (const auto shown = first_shown(x))
    return *shown;
  return to_wall(zone_->get_info(to_local(x)).first.end); // the moment of the leap
}

} // namespace sluice::calendar
