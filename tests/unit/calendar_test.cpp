// Periods, time zones with their leaps, recurrences and exclusions. Expected times are those of `TZ=... date +%s` or of
// another implementation of the tz database, not of this code.
#include "actors/calendar/excluded_time.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace sluice;
using namespace sluice::calendar;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t hour_s = 3'600;

constexpr wall_time at(std::int64_t unix_s) {
  return {unix_s * second_us};
}

constexpr wall_time now = at(1'795'410'000); // 2026-11-23 05:00 UTC

zone in(const char* name) {
  const auto found = zone::find(name);
  REQUIRE(found.has_value());
  return *found;
}

time_span read(const char* text, const char* zone_name) {
  const auto x = parse_period(text, in(zone_name), now);
  REQUIRE(std::holds_alternative<period>(x));
  CHECK(std::get<period>(x).name == text);
  return std::get<period>(x).span;
}

std::string refused(const char* text, const char* zone_name = "UTC") {
  const auto x = parse_period(text, in(zone_name), now);
  return std::holds_alternative<refusal>(x) ? std::get<refusal>(x).why : "";
}

std::int64_t hours(const time_span& x) {
  return (x.to.unix_us - x.from.unix_us) / second_us / hour_s;
}

exclusion maintenance(std::int64_t starts_s, const char* rule, const char* zone_name = "Europe/Berlin") {
  exclusion x;
  x.id = 1;
  x.agreements = "*";
  x.starts = at(starts_s);
  x.length = 1h;
  x.recurrence = rule;
  x.time_zone = zone_name;
  return x;
}

std::vector<std::int64_t> begins(const exclusion& x, time_span within = {{0}, at(4'000'000'000)}) {
  const auto times = times_of(x, within);
  REQUIRE_MESSAGE(std::holds_alternative<std::vector<time_span>>(times), std::get<refusal>(times).why);
  std::vector<std::int64_t> result;
  for (const auto& span : std::get<0>(times))
    result.push_back(span.from.unix_us / second_us);
  return result;
}

using list = std::vector<std::int64_t>;

} // namespace

TEST_CASE("a zone is one of the tz database by its exact name") {
  for (const auto* const name : {"UTC", "Europe/Berlin", "Asia/Calcutta", "Etc/GMT-3"})
    CHECK(zone::find(name).has_value());
  for (const auto* const name : {"", "localtime", "Europe", "europe/berlin", "../../etc/passwd", "CEST", "Mars/Base"})
    CHECK_FALSE(zone::find(name).has_value());
}

TEST_CASE("a month begins at midnight in the zone") {
  CHECK(read("2026-11", "Europe/Berlin") == time_span{at(1'793'487'600), at(1'796'079'600)});
  CHECK(read("2026-11", "UTC") == time_span{at(1'793'491'200), at(1'796'083'200)});
}

TEST_CASE("a month with a change of the clocks has an hour less or more") {
  CHECK(hours(read("2026-03", "Europe/Berlin")) == 31 * 24 - 1);
  CHECK(hours(read("2026-10", "Europe/Berlin")) == 31 * 24 + 1);
  CHECK(hours(read("2026-03", "UTC")) == 31 * 24);
}

TEST_CASE("a day has 23, 24 or 25 hours") {
  CHECK(hours(read("2026-03-29", "Europe/Berlin")) == 23);
  CHECK(hours(read("2026-11-03", "Europe/Berlin")) == 24);
  CHECK(hours(read("2026-10-25", "Europe/Berlin")) == 25);
}

TEST_CASE("a year is its days, leap years included") {
  CHECK(hours(read("2026", "Europe/Berlin")) == 365 * 24);
  CHECK(hours(read("2028", "America/New_York")) == 366 * 24);
  CHECK(hours(read("2028-02", "UTC")) == 29 * 24);
}

TEST_CASE("a week runs from Monday to Sunday, and the first holds the 4th of January") {
  CHECK(read("2026-W47", "UTC") == time_span{at(1'794'783'600 + hour_s), at(1'795'388'400 + hour_s)});
  CHECK(read("2026-W47", "Europe/Berlin") == time_span{at(1'794'783'600), at(1'795'388'400)});
  CHECK(read("2026-W01", "UTC").from == at(1'766'966'400)); // 2025-12-29
  CHECK(read("2020-W53", "UTC").from == at(1'609'113'600)); // 2020-12-28
  CHECK(read("2026-W53", "UTC").to == read("2027-W01", "UTC").from);
  CHECK(refused("2025-W53").find("no period 2025-W53") != std::string::npos);
  CHECK(refused("2026-W00").find("no period") != std::string::npos);
}

TEST_CASE("a day without midnight begins when it begins, and one with two at the first") {
  CHECK(read("2018-11-04", "America/Sao_Paulo") == time_span{at(1'541'300'400), at(1'541'383'200)}); // 01:00
  CHECK(hours(read("2020-11-01", "America/Havana")) == 25);
  CHECK(read("2020-11-01", "America/Havana").from == at(1'604'203'200)); // 04:00 UTC
}

TEST_CASE("a day that a zone left out is refused") {
  CHECK(refused("2011-12-30", "Pacific/Apia")
        == "In this time zone there was no 2011-12-30: the clocks were put "
           "forward past it.");
  CHECK(hours(read("2011-12", "Pacific/Apia")) == 30 * 24);
}

TEST_CASE("rolling windows end now and are whole days of 24 hours") {
  CHECK(read("rolling-7-days", "Europe/Berlin") == time_span{{now.unix_us - 7 * 86'400 * second_us}, now});
  CHECK(hours(read("rolling-30-days", "Europe/Berlin")) == 30 * 24);
  CHECK(window_at(compliance_window::rolling_7_days, in("UTC"), now).span == read("rolling-7-days", "UTC"));
}

TEST_CASE("the calendar month that now lies in is that of the zone") {
  const auto at_midnight_utc = at(1'796'083'200); // 2026-12-01 00:00 UTC, 01:00 in Berlin, 19:00 the day before there
  const auto month = [&](const char* name) {
    return window_at(compliance_window::calendar_month, in(name), at_midnight_utc);
  };
  CHECK(month("Europe/Berlin").name == "2026-12");
  CHECK(month("America/New_York").name == "2026-11");
  CHECK(month("UTC").span == read("2026-12", "UTC"));
  CHECK(is_over(read("2026-11", "UTC"), at_midnight_utc));
  CHECK_FALSE(is_over(read("2026-11", "UTC"), at(1'796'083'199)));
}

TEST_CASE("what is no period is refused with one sentence") {
  for (const auto* const text : {"", "26-11", "2026-1", "2026-11-3", "2026-w47", "2026-Q4", "2026/11", "rolling-8-days",
                                 "2026-11-03T00:00", " 2026", "2O26", "-2026"})
    CHECK(refused(text).starts_with("A period is a year such as 2026"));
  for (const auto* const text :
       {"2026-13", "2026-00", "2026-02-29", "2026-11-31", "2026-11-00", "1969", "2038", "9999"})
    CHECK(refused(text).starts_with("There is no period"));
}

TEST_CASE("property: days make up months, weeks and years without gap or overlap, in any zone") {
  for (const auto* const name :
       {"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo"})
    for (int year = 2015; year < 2027; ++year) {
      CAPTURE(name);
      CAPTURE(year);
      const auto whole = read(std::to_string(year).c_str(), name);
      auto end = whole.from;
      for (unsigned month = 1; month <= 12; ++month)
        for (unsigned day = 1; exists({year, month, day}); ++day) {
          char text[16];
          std::snprintf(text, sizeof text, "%d-%02u-%02u", year, month, day);
          const auto its = read(text, name);
          REQUIRE(its.from == end);
          end = its.to;
        }
      REQUIRE(end == whole.to);
    }
}

TEST_CASE("a recurrence is counted on the clocks of its zone") {
  // Sundays at 03:30 in Berlin: 01:30 UTC in summer, 02:30 in winter.
  const auto x = maintenance(1'792'287'000, "FREQ=WEEKLY;BYDAY=SU;COUNT=3");
  CHECK(begins(x) == list{1'792'287'000, 1'792'287'000 + 7 * 86'400 + hour_s, 1'792'287'000 + 14 * 86'400 + hour_s});
}

TEST_CASE("a time that the clocks skip is no recurrence and is not counted") {
  // 02:30 in Berlin from the 27th of March 2026 on; there is none on the 29th.
  const auto x = maintenance(1'774'575'000, "FREQ=DAILY;COUNT=4");
  CHECK(begins(x) == list{1'774'575'000, 1'774'661'400, 1'774'830'600, 1'774'917'000});
}

TEST_CASE("of a time that the clocks show twice the first counts") {
  // 02:30 in Berlin from the 24th of October 2026 on; twice on the 25th.
  const auto x = maintenance(1'792'801'800, "FREQ=DAILY;COUNT=3");
  CHECK(begins(x) == list{1'792'801'800, 1'792'888'200, 1'792'978'200});
  const auto second_one = maintenance(1'792'888'200 + hour_s, "FREQ=DAILY;COUNT=2");
  CHECK(begins(second_one) == list{1'792'888'200 + hour_s, 1'792'978'200}); // it was entered so
}

TEST_CASE("an exclusion lasts as long as it says, whatever the clocks do") {
  auto x = maintenance(1'792'801'800, "");
  x.length = 26h;
  const auto times = std::get<0>(times_of(x, {{0}, at(4'000'000'000)}));
  REQUIRE(times.size() == 1);
  CHECK(hours(times[0]) == 26);
}

TEST_CASE("only the times that touch the span are given") {
  auto x = maintenance(1'793'491'200, "FREQ=DAILY", "UTC"); // each midnight from 2026-11-01 on, for an hour
  const auto second_day = 1'793'491'200 + 86'400;
  CHECK(begins(x, {at(second_day), at(second_day + 2 * 86'400)}) == list{second_day, second_day + 86'400});
  CHECK(begins(x, {at(second_day + hour_s - 1), at(second_day + hour_s)}) == list{second_day});
  CHECK(begins(x, {at(second_day + hour_s), at(second_day + 86'400)}).empty());
  x.length = 25h;
  CHECK(begins(x, {at(second_day), at(second_day + 1)}) == list{second_day - 86'400, second_day});
}

TEST_CASE("a rule ends with UNTIL, in UTC, on the clocks or with a day") {
  const auto count = [](const char* rule) {
    return begins(maintenance(1'793'491'200 + hour_s, rule)).size(); // 2026-11-01 02:00 in Berlin
  };
  CHECK(count("FREQ=DAILY;UNTIL=20261103T010000Z") == 3);
  CHECK(count("FREQ=DAILY;UNTIL=20261103T005959Z") == 2);
  CHECK(count("FREQ=DAILY;UNTIL=20261103T020000") == 3);
  CHECK(count("FREQ=DAILY;UNTIL=20261103T015959") == 2);
  CHECK(count("FREQ=DAILY;UNTIL=20261103") == 3);
  CHECK(count("FREQ=DAILY;UNTIL=20261031") == 0);
}

TEST_CASE("the usual rules give the usual days") {
  const auto days = [](std::int64_t starts, const char* rule) {
    std::vector<unsigned> result;
    for (const auto x : begins(maintenance(starts, rule, "UTC"), {{0}, at(1'810'000'000)}))
      result.push_back(date_of({x * second_us}).day);
    return result;
  };
  constexpr std::int64_t sunday = 1'793'491'200; // 2026-11-01
  using days_list = std::vector<unsigned>;
  CHECK(days(sunday, "FREQ=MONTHLY;BYDAY=1SU;COUNT=4") == days_list{1, 6, 3, 7});
  CHECK(days(sunday, "FREQ=WEEKLY;INTERVAL=2;COUNT=3") == days_list{1, 15, 29});
  CHECK(days(sunday + 27 * 86'400, "FREQ=MONTHLY;BYMONTHDAY=-3;COUNT=3") == days_list{28, 29, 29});
  CHECK(days(sunday + 30 * 86'400, "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1;COUNT=2") == days_list{1, 1});
  CHECK(days(sunday - 86'400, "FREQ=MONTHLY;COUNT=3") == days_list{31, 31, 31}); // October, December, January
}

TEST_CASE("a rule that is none, or too much, is refused with one sentence") {
  const auto problem = [](const char* rule) {
    return problem_with_times(maintenance(1'793'491'200 + hour_s, rule)); // a Sunday, 02:00
  };
  for (const auto* const rule :
       {"FREQ=WEEKLY;BYDAY=SU", "FREQ=DAILY", "FREQ=YEARLY;BYMONTH=11;BYDAY=1SU", "WKST=SU;FREQ=DAILY;COUNT=25000"})
    CHECK(problem(rule) == "");
  CHECK(problem("FREQ=HOURLY") == "A recurrence must be DAILY, WEEKLY, MONTHLY or YEARLY.");
  CHECK(problem("FREQ=WEEKLY;BYDAY=MO") == "A recurring exclusion must begin with one of its own times.");
  CHECK(problem("BYDAY=SU") == "A recurrence must have a part FREQ, for example FREQ=WEEKLY.");
  CHECK(problem("FREQ=DAILY;COUNT=2;UNTIL=20270101") == "A recurrence has COUNT or UNTIL, not both.");
  CHECK(problem("FREQ=DAILY;BYHOUR=2,14")
        == "A recurrence gives days; the time of day is that of the first one, and there is no BYHOUR.");
  for (const auto* const rule : {"FREQ",
                                 "FREQ=",
                                 "FREQ=DAILY;",
                                 ";FREQ=DAILY",
                                 "FREQ=DAILY;FREQ=DAILY",
                                 "FREQ=SOMETIMES",
                                 "freq=daily",
                                 "FREQ=DAILY;COUNT=0",
                                 "FREQ=DAILY;COUNT=-1",
                                 "FREQ=DAILY;COUNT=25001",
                                 "FREQ=DAILY;COUNT=99999999999",
                                 "FREQ=DAILY;INTERVAL=0",
                                 "FREQ=DAILY;INTERVAL=",
                                 "FREQ=DAILY;BYMONTH=13",
                                 "FREQ=DAILY;BYMONTH=1,",
                                 "FREQ=WEEKLY;BYDAY=2SU",
                                 "FREQ=WEEKLY;BYDAY=XX",
                                 "FREQ=MONTHLY;BYMONTHDAY=32",
                                 "FREQ=MONTHLY;BYMONTHDAY=0",
                                 "FREQ=MONTHLY;BYWEEKNO=3",
                                 "FREQ=MONTHLY;BYYEARDAY=3",
                                 "FREQ=WEEKLY;BYMONTHDAY=3",
                                 "FREQ=DAILY;BYSETPOS=1",
                                 "FREQ=DAILY;UNTIL=2026",
                                 "FREQ=DAILY;UNTIL=20269999",
                                 "FREQ=DAILY;UNTIL=20261031",
                                 "RSCALE=CHINESE;FREQ=YEARLY",
                                 "FREQ=DAILY;X=1",
                                 "FREQ=DAILY\nX",
                                 "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
                                 "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"}) {
    CAPTURE(rule);
    CHECK(problem(rule).ends_with("."));
  }
  CHECK(problem(std::string(513, 'A').c_str()) == "A recurrence has at most 512 characters.");
}

TEST_CASE("a daily exclusion from the first year to the last is expanded whole") {
  const auto all = begins(maintenance(0, "FREQ=DAILY", "UTC"));
  REQUIRE(all.size() == 24'837); // 68 years, 17 of them leap years
  CHECK(all.back() == 24'836 * std::int64_t{86'400});
}

TEST_CASE("an exclusion without length, or in no zone or time, is refused") {
  auto x = maintenance(1'793'491'200, "");
  x.length = 0s;
  CHECK(problem_with_times(x) == "An exclusion must be longer than nothing and at most 31 days long.");
  x.length = 24h * 31 + 1s;
  CHECK(problem_with_times(x) == "An exclusion must be longer than nothing and at most 31 days long.");
  x.length = 1h;
  CHECK(problem_with_times(x) == "");
  x.time_zone = "Mars/Base";
  CHECK(problem_with_times(x) == "There is no such time zone in the tz database.");
  x.time_zone = "UTC";
  for (const auto starts : {std::int64_t{-1}, std::int64_t{2'145'916'800}, std::int64_t{9'000'000'000'000}}) {
    x.starts = at(starts);
    CHECK(problem_with_times(x) == "An exclusion must begin in the years 1970 to 2037.");
  }
}

TEST_CASE("an interval that touches an exclusion is excluded, one that only borders on it is not") {
  const excluded_time x{{{at(100), at(110)}, {at(200), at(210)}}};
  CHECK(x.touches({at(100), at(110)}));
  CHECK(x.touches({at(90), at(101)}));
  CHECK(x.touches({at(109), at(120)}));
  CHECK(x.touches({at(0), at(300)}));
  CHECK(x.touches({at(104), at(105)}));
  CHECK_FALSE(x.touches({at(90), at(100)}));
  CHECK_FALSE(x.touches({at(110), at(120)}));
  CHECK_FALSE(x.touches({at(110), at(200)}));
  CHECK_FALSE(x.touches({at(210), at(300)}));
  CHECK_FALSE(excluded_time{}.touches({at(0), at(300)}));
}

TEST_CASE("property: merged spans touch what one of the spans touches") {
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 dice{seed};
    const auto some = [&] {
      const auto from = static_cast<std::int64_t>(dice() % 50);
      return time_span{{from}, {from + static_cast<std::int64_t>(dice() % 8)}};
    };
    std::vector<time_span> spans(dice() % 8);
    for (auto& x : spans)
      x = some();
    const excluded_time merged{spans};
    for (int i = 0; i < 20; ++i) {
      const auto interval = some();
      const auto any = std::any_of(spans.begin(), spans.end(), [&](const time_span& x) {
        return std::max(x.from, interval.from) < std::min(x.to, interval.to);
      });
      REQUIRE(merged.touches(interval) == any);
    }
    for (std::size_t i = 1; i < merged.spans().size(); ++i)
      REQUIRE(merged.spans()[i - 1].to < merged.spans()[i].from);
  }
}
