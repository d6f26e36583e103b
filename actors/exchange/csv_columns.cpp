// Times as text.
#include "actors/exchange/csv_columns.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace sluice::exchange {

namespace {

using std::chrono::microseconds;
constexpr std::int64_t end_of_9999 = 253'402'300'799'999'999; // [us]
constexpr std::string_view whole_form = "0000-00-00T00:00:00";

std::int64_t digits(std::string_view text) {
  std::int64_t result = 0;
  for (const auto c : text)
    result = result * 10 + (c - '0');
  return result;
}

bool has_form(std::string_view text, std::string_view form) {
  return text.size() == form.size() && std::equal(text.begin(), text.end(), form.begin(), [](char c, char wanted) {
           return wanted == '0' ? c >= '0' && c <= '9' : c == wanted;
         });
}

/// The microseconds of `.25`, with one to six digits; nothing if it is none. Empty = 0.
std::optional<std::int64_t> fraction(std::string_view text) {
  if (text.empty())
    return 0;
  text.remove_prefix(1);
  if (text.empty() || text.size() > 6 || !has_form(text, std::string_view{"000000"}.substr(0, text.size())))
    return std::nullopt;
  auto result = digits(text);
  for (auto i = text.size(); i < 6; ++i)
    result *= 10;
  return result;
}

} // namespace

std::string time_text(wall_time x) {
  using namespace std::chrono;
  const sys_time<microseconds> at{microseconds{std::clamp<std::int64_t>(x.unix_us, 0, end_of_9999)}};
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const auto second = floor<seconds>(at - day).count();
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02lld:%02lld:%02lld", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<long long>(second / 3600), static_cast<long long>(second / 60 % 60),
                static_cast<long long>(second % 60));
  std::string result{text.data()};
  if (const auto rest = at.time_since_epoch().count() % 1'000'000; rest > 0) {
    std::snprintf(text.data(), text.size(), ".%06lld", static_cast<long long>(rest));
    result += text.data();
    result.erase(result.find_last_not_of('0') + 1);
  }
  return result + 'Z';
}

std::optional<wall_time> parse_time(std::string_view text) {
  using namespace std::chrono;
  if (!text.ends_with('Z') || text.size() <= whole_form.size()
      || !has_form(text.substr(0, whole_form.size()), whole_form))
    return std::nullopt;
  const auto behind = text.substr(whole_form.size(), text.size() - whole_form.size() - 1);
  const auto part = behind.empty() || behind.front() == '.' ? fraction(behind) : std::nullopt;
  const year_month_day date{year{static_cast<int>(digits(text.substr(0, 4)))},
                            month{static_cast<unsigned>(digits(text.substr(5, 2)))},
                            day{static_cast<unsigned>(digits(text.substr(8, 2)))}};
  const auto hour = digits(text.substr(11, 2));
  const auto minute = digits(text.substr(14, 2));
  const auto second = digits(text.substr(17, 2));
  if (!part || !date.ok() || date.year() < year{1970} || hour > 23 || minute > 59 || second > 59)
    return std::nullopt;
  const auto days_us = duration_cast<microseconds>(sys_days{date}.time_since_epoch()).count();
  return wall_time{days_us + (hour * 3600 + minute * 60 + second) * 1'000'000 + *part};
}

} // namespace sluice::exchange
