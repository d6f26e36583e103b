// UTC days, months and how partitions are named. Expected dates are from the Gregorian calendar, not from the code.
#include "actors/database_manager/store/calendar.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::store;

namespace {
constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t day = 86'400 * second;
} // namespace

TEST_CASE("a time belongs to the day it is in, also before 1970") {
  CHECK(day_of(wall_time{0}) == 0);
  CHECK(day_of(wall_time{day - 1}) == 0);
  CHECK(day_of(wall_time{day}) == 1);
  CHECK(day_of(wall_time{-1}) == -1);
  CHECK(day_of(wall_time{-day}) == -1);
  CHECK(day_of(wall_time{-day - 1}) == -2);
}

TEST_CASE("a day is a span of its own") {
  const auto x = span_of(span_length::day, 20'779); // 2026-11-22: date -d 2026-11-22 +%s / 86400
  CHECK(x.first_day == 20'779);
  CHECK(x.next_day == 20'780);
  CHECK(to_date(x.first_day) == "2026-11-22");
  CHECK(suffix_of(x) == "20261122");
}

TEST_CASE("a month holds all its days, February of a leap year 29") {
  const auto november = span_of(span_length::month, 20'779);
  CHECK(to_date(november.first_day) == "2026-11-01");
  CHECK(to_date(november.next_day) == "2026-12-01");
  CHECK(suffix_of(november) == "202611");
  const auto february = span_of(span_length::month, 19'782 + 5); // 2024-02-29 is day 19782
  CHECK(to_date(february.first_day) == "2024-03-01");
  CHECK(span_of(span_length::month, 19'782).next_day - span_of(span_length::month, 19'782).first_day == 29);
}

TEST_CASE("the last month of a year ends with the year") {
  const auto december = span_of(span_length::month, 20'818); // 2026-12-31
  CHECK(to_date(december.next_day) == "2027-01-01");
}

TEST_CASE("a partition's name is read back as the span it was made from") {
  for (const std::int64_t x : {0, 19'782, 20'779, 20'818}) {
    for (const auto length : {span_length::day, span_length::month})
      CHECK(parse_suffix(length, suffix_of(span_of(length, x))) == span_of(length, x));
  }
}

TEST_CASE("a name that is no date is no partition of ours") {
  for (const auto* text : {"", "default", "2026112", "202611222", "20261301", "20260230", "2026112x"})
    CHECK_FALSE(parse_suffix(span_length::day, text));
  CHECK_FALSE(parse_suffix(span_length::month, "202613"));
  CHECK_FALSE(parse_suffix(span_length::month, "20261122"));
}

TEST_CASE("a time is written with its microseconds in UTC") {
  CHECK(to_timestamp(wall_time{0}) == "1970-01-01 00:00:00.000000+00");
  CHECK(to_timestamp(wall_time{20'779 * day + (13 * 3600 + 5 * 60 + 9) * second + 42})
        == "2026-11-22 13:05:09.000042+00");
  CHECK(to_timestamp(wall_time{-1}) == "1969-12-31 23:59:59.999999+00");
}
