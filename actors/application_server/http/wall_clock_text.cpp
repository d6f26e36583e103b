// Splits a time into its calendar fields, and puts one together.
#include "actors/application_server/http/wall_clock_text.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace sluice::http {

std::string rfc3339(wall_time x) {
  using namespace std::chrono;
  constexpr std::int64_t end_of_9999 = 253'402'300'799'999'999; // [us]
  const sys_time<microseconds> at{microseconds{std::clamp<std::int64_t>(x.unix_us, 0, end_of_9999)}};
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss<milliseconds> time{floor<milliseconds>(at - day)};
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02lld:%02lld:%02lld.%03lldZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<long long>(time.hours().count()), static_cast<long long>(time.minutes().count()),
                static_cast<long long>(time.seconds().count()), static_cast<long long>(time.subseconds().count()));
  return text;
}

namespace {

/// Takes so many digits off the front.
std::optional<int> digits(std::string_view& text, std::size_t count) noexcept {
  if (text.size() < count)
    return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9')
      return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char c) noexcept {
  if (text.empty() || text.front() != c)
    return false;
  text.remove_prefix(1);
  return true;
}

/// Decimals of a second [us].
std::optional<std::int64_t> fraction(std::string_view& text) noexcept {
  if (!take(text, '.'))
    return 0;
  std::int64_t us = 0;
  std::int64_t unit = 1'000'000;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9' && unit > 1) {
    unit /= 10;
    us += unit * (text.front() - '0');
    text.remove_prefix(1);
  }
  return unit < 1'000'000 ? std::optional{us} : std::nullopt;
}

/// What must be subtracted to get to UTC [minutes].
std::optional<int> offset(std::string_view& text) noexcept {
  if (take(text, 'Z'))
    return 0;
  const int sign = take(text, '-') ? -1 : take(text, '+') ? 1 : 0;
  const auto hours = digits(text, 2);
  if (sign == 0 || !hours || !take(text, ':'))
    return std::nullopt;
  const auto minutes = digits(text, 2);
  if (!minutes || *hours > 23 || *minutes > 59)
    return std::nullopt;
  return sign * (*hours * 60 + *minutes);
}

} // namespace

std::optional<wall_time> parse_rfc3339(std::string_view text) noexcept {
  using namespace std::chrono;
  const auto y = digits(text, 4);
  const bool first = take(text, '-');
  const auto m = digits(text, 2);
  const bool second = take(text, '-');
  const auto d = digits(text, 2);
  if (!y || !m || !d || !first || !second || *y < 1970)
    return std::nullopt;
  const year_month_day date{year{*y}, month{static_cast<unsigned>(*m)}, day{static_cast<unsigned>(*d)}};
  if (!date.ok())
    return std::nullopt;
  std::int64_t us = duration_cast<microseconds>(sys_days{date}.time_since_epoch()).count();
  if (text.empty())
    return wall_time{us};
  const bool time = take(text, 'T');
  const auto hours = digits(text, 2);
  const bool third = take(text, ':');
  const auto minutes = digits(text, 2);
  const bool fourth = take(text, ':');
  const auto seconds = digits(text, 2);
  if (!time || !third || !fourth || !hours || !minutes || !seconds || *hours > 23 || *minutes > 59 || *seconds > 59)
    return std::nullopt;
  const auto rest = fraction(text);
  const auto east = offset(text);
  if (!rest || !east || !text.empty())
    return std::nullopt;
  us += ((*hours * 60 + *minutes - *east) * 60LL + *seconds) * 1'000'000 + *rest;
  return us < 0 ? std::nullopt : std::optional{wall_time{us}};
}

} // namespace sluice::http
