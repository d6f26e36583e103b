// The forms of a period, and where each begins and ends.
#include "actors/calendar/period.hpp"

#include <algorithm>
#include <optional>

namespace sluice::calendar {

namespace {

constexpr std::int64_t day_us = 86'400'000'000;

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// Whether `text` has the form: 0 stands for a digit, anything else for itself.
bool has_form(std::string_view text, std::string_view form) noexcept {
  return text.size() == form.size() && std::equal(text.begin(), text.end(), form.begin(), [](char c, char wanted) {
           return wanted == '0' ? is_digit(c) : c == wanted;
         });
}

/// @pre digits, at most four
unsigned number(std::string_view digits) noexcept {
  unsigned result = 0;
  for (const auto c : digits)
    result = result * 10 + static_cast<unsigned>(c - '0');
  return result;
}

clock_time plus_days(clock_time x, std::int64_t days) noexcept {
  return {x.us + days * day_us};
}

/// 0 = Monday. 1970-01-01 was a Thursday.
std::int64_t weekday(clock_time midnight_of_day) noexcept {
  const auto days = midnight_of_day.us / day_us;
  return (days % 7 + 7 + 3) % 7;
}

/// The Monday of the week that holds the 4th of January (ISO 8601).
clock_time first_monday(int year) noexcept {
  const auto fourth = midnight({year, 1, 4});
  return plus_days(fourth, -weekday(fourth));
}

clock_time first_of_month_after(const day_date& x) noexcept {
  // last_year has no next one among the days that exist, but a midnight.
  return midnight(x.month == 12 ? day_date{x.year + 1, 1, 1} : day_date{x.year, x.month + 1, 1});
}

/// Two midnights.
struct days_span {
  clock_time from;
  clock_time to;
};

std::optional<days_span> week(int year, unsigned number_of_week) noexcept {
  const auto from = plus_days(first_monday(year), (static_cast<std::int64_t>(number_of_week) - 1) * 7);
  if (number_of_week == 0 || from >= first_monday(year + 1))
    return std::nullopt;
  return days_span{from, plus_days(from, 7)};
}

std::optional<days_span> days_of(std::string_view text) noexcept {
  const auto year = static_cast<int>(number(text.substr(0, 4)));
  if (year < first_year || year > last_year)
    return std::nullopt;
  if (has_form(text, "0000"))
    return days_span{midnight({year, 1, 1}), midnight({year + 1, 1, 1})};
  if (has_form(text, "0000-W00"))
    return week(year, number(text.substr(6)));
  const day_date first{year, number(text.substr(5, 2)), has_form(text, "0000-00") ? 1 : number(text.substr(8))};
  if (!exists(first))
    return std::nullopt;
  if (has_form(text, "0000-00"))
    return days_span{midnight(first), first_of_month_after(first)};
  return days_span{midnight(first), plus_days(midnight(first), 1)};
}

std::optional<std::int64_t> rolling_days(std::string_view text) noexcept {
  if (text == to_string(compliance_window::rolling_7_days))
    return 7;
  if (text == to_string(compliance_window::rolling_30_days))
    return 30;
  return std::nullopt;
}

period rolling(std::string_view name, std::int64_t days, wall_time now) {
  return {std::string{name}, {{now.unix_us - days * day_us}, now}};
}

} // namespace

std::variant<period, refusal> parse_period(std::string_view text, const zone& in, wall_time now) {
  if (const auto days = rolling_days(text))
    return rolling(text, *days, now);
  if (!has_form(text, "0000") && !has_form(text, "0000-00") && !has_form(text, "0000-W00")
      && !has_form(text, "0000-00-00"))
    return refusal{"A period is a year such as 2026, a month such as 2026-11, a week such as 2026-W47, a day such as "
                   "2026-11-03, rolling-7-days or rolling-30-days."};
  const std::string name{text};
  const auto days = days_of(text);
  if (!days)
    return refusal{"There is no period " + name + " in the calendar from " + std::to_string(first_year) + " to "
                   + std::to_string(last_year) + "."};
  const time_span span{in.reached(days->from), in.reached(days->to)};
  if (span.from >= span.to)
    return refusal{"In this time zone there was no " + name + ": the clocks were put forward past it."};
  return period{name, span};
}

period window_at(compliance_window which, const zone& in, wall_time now) {
  if (const auto days = rolling_days(to_string(which)))
    return rolling(to_string(which), *days, now);
  auto first = date_of(in.shown_at(now));
  first.day = 1;
  const auto month = (first.month < 10 ? "0" : "") + std::to_string(first.month);
  return {std::to_string(first.year) + '-' + month,
          {in.reached(midnight(first)), in.reached(first_of_month_after(first))}};
}

} // namespace sluice::calendar
