// Calendar arithmetic on UTC days.
#include "actors/database_manager/store/calendar.hpp"

#include <array>
#include <chrono>
#include <cstdio>

namespace sluice::store {

namespace {

std::chrono::year_month_day date_of(std::int64_t day) {
  return std::chrono::sys_days{std::chrono::days{day}};
}

} // namespace

calendar_span span_of(span_length length, std::int64_t day) noexcept {
  if (length == span_length::day)
    return {length, day, day + 1};
  const auto date = date_of(day);
  const auto month = date.year() / date.month();
  const std::chrono::sys_days first{month / 1};
  const std::chrono::sys_days next{(month + std::chrono::months{1}) / 1};
  return {length, first.time_since_epoch().count(), next.time_since_epoch().count()};
}

std::string to_date(std::int64_t day) {
  const auto date = date_of(day);
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()));
  return text;
}

std::string suffix_of(const calendar_span& x) {
  auto text = to_date(x.first_day);
  text.erase(7, 1);
  text.erase(4, 1);
  return x.length == span_length::day ? text : text.substr(0, 6);
}

std::optional<calendar_span> parse_suffix(span_length length, std::string_view text) noexcept {
  if (text.size() != (length == span_length::day ? 8 : 6))
    return std::nullopt;
  std::array<unsigned, 3> parts{0, 0, 1}; // year, month, day
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] < '0' || text[i] > '9')
      return std::nullopt;
    auto& part = parts[i < 4 ? 0 : i < 6 ? 1 : 2];
    part = (i == 6 ? 0 : part * 10) + static_cast<unsigned>(text[i] - '0');
  }
  const auto date =
      std::chrono::year{static_cast<int>(parts[0])} / std::chrono::month{parts[1]} / std::chrono::day{parts[2]};
  if (!date.ok())
    return std::nullopt;
  return span_of(length, std::chrono::sys_days{date}.time_since_epoch().count());
}

std::string to_timestamp(wall_time x) {
  const auto day = day_of(x);
  const auto us = x.unix_us - day * 86'400'000'000;
  const auto s = us / 1'000'000;
  char text[40];
  std::snprintf(text, sizeof text, " %02d:%02d:%02d.%06d+00", static_cast<int>(s / 3600), static_cast<int>(s / 60 % 60),
                static_cast<int>(s % 60), static_cast<int>(us % 1'000'000));
  return to_date(day) + text;
}

} // namespace sluice::store
