// Splits a time into its calendar fields.
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

} // namespace sluice::http
