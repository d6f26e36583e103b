// Which times an agreement's exclusions take out, by when they were entered and taken back: a month that is over stays
// as it was, but for corrections. Beginnings of months are those of `TZ=... date -d 2026-11-01 +%s`.
#include "actors/calendar/excluded_time.hpp"

#include <doctest/doctest.h>

#include <array>
#include <random>

using namespace sluice;
using namespace sluice::calendar;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t hour_s = 3'600;
constexpr std::int64_t day_s = 24 * hour_s;

constexpr wall_time at(std::int64_t unix_s) {
  return {unix_s * second_us};
}

zone in(const char* name) {
  const auto found = zone::find(name);
  REQUIRE(found.has_value());
  return *found;
}

struct known_zone {
  const char* name;
  std::array<std::int64_t, 9> months; ///< September 2026 to May 2027 [s since 1970]
};

/// Berlin puts its clocks back in October and forward in March; Kiritimati is 14 hours ahead.
constexpr std::array zones{known_zone{"UTC",
                                      {1788220800, 1790812800, 1793491200, 1796083200, 1798761600, 1801440000,
                                       1803859200, 1806537600, 1809129600}},
                           known_zone{"Europe/Berlin",
                                      {1788213600, 1790805600, 1793487600, 1796079600, 1798758000, 1801436400,
                                       1803855600, 1806530400, 1809122400}},
                           known_zone{"Pacific/Kiritimati",
                                      {1788170400, 1790762400, 1793440800, 1796032800, 1798711200, 1801389600,
                                       1803808800, 1806487200, 1809079200}}};

constexpr auto berlin_november = zones[1].months[2];
constexpr auto berlin_december = zones[1].months[3];
constexpr time_span november{at(berlin_november), at(berlin_december)};

exclusion entry(std::int64_t id, std::int64_t starts_s, std::int64_t entered_s) {
  exclusion x;
  x.id = id;
  x.agreements = "*";
  x.starts = at(starts_s);
  x.length = 1h;
  x.time_zone = "Europe/Berlin";
  x.entered = at(entered_s);
  return x;
}

exclusion withdrawal(std::int64_t id, const exclusion& of, std::int64_t entered_s, bool correction) {
  auto x = of;
  x.id = id;
  x.withdraws = of.id;
  x.correction = correction;
  x.entered = at(entered_s);
  return x;
}

std::vector<time_span> excluded(const std::vector<exclusion>& entries, const time_span& within = november) {
  return exclusions_of("oltp-gold", in("Europe/Berlin"), entries, within).times.spans();
}

time_span hour_from(std::int64_t starts_s) {
  return {at(starts_s), at(starts_s + hour_s)};
}

} // namespace

TEST_CASE("exclusions apply to the agreements that they match, and one that cannot be read is a sentence") {
  std::vector<exclusion> entries(3, entry(1, berlin_november, berlin_november - 1));
  entries[0].agreements = "oltp-*";
  entries[1].id = 2;
  entries[1].agreements = "batch";
  entries[2].id = 3;
  entries[2].time_zone = "Mars/Base";
  const auto x = exclusions_of("oltp-gold", in("UTC"), entries, november);
  REQUIRE(x.entries.size() == 1);
  CHECK(x.entries[0].entry.id == 1);
  CHECK(x.times.spans() == std::vector{hour_from(berlin_november)});
  CHECK(x.problems == std::vector<std::string>{"Exclusion 3: There is no such time zone in the tz database."});
  CHECK(exclusions_of("batch", in("UTC"), entries, {at(0), at(1)}).entries.empty());
}

TEST_CASE("months are closed up to where the zone's own month begins") {
  for (const auto& zone : zones) {
    CAPTURE(zone.name);
    for (std::size_t i = 1; i < zone.months.size(); ++i) {
      CHECK(closed_until(in(zone.name), at(zone.months[i])) == at(zone.months[i]));
      CHECK(closed_until(in(zone.name), at(zone.months[i] - 1)) == at(zone.months[i - 1]));
    }
  }
}

TEST_CASE("an entry that is taken back before its month ends was never there") {
  const auto x = entry(1, berlin_november + day_s, berlin_november);
  CHECK(excluded({x, withdrawal(2, x, berlin_december - 1, false)}).empty());
  const auto found = exclusions_of("oltp-gold", in("Europe/Berlin"), std::vector{x}, november);
  CHECK(found.entries[0].times == std::vector{hour_from(berlin_november + day_s)});
}

TEST_CASE("taken back after its month ended it stays, unless that is a correction") {
  const auto x = entry(1, berlin_november + day_s, berlin_november);
  const std::vector stays{hour_from(berlin_november + day_s)};
  CHECK(excluded({x, withdrawal(2, x, berlin_december, false)}) == stays);
  CHECK(excluded({x, withdrawal(2, x, berlin_december, true)}).empty());
}

TEST_CASE("one that recurs and is taken back goes from the month on in which that was entered") {
  auto x = entry(1, berlin_november - 2 * day_s, berlin_november - 3 * day_s);
  x.recurrence = "FREQ=DAILY";
  const time_span days{at(berlin_november - day_s), at(berlin_november + 2 * day_s)};
  CHECK(excluded({x}, days).size() == 3);
  const auto in_the_midst = withdrawal(2, x, berlin_november + day_s + 1, false);
  CHECK(excluded({x, in_the_midst}, days) == std::vector{hour_from(berlin_november - day_s)});
  CHECK(excluded({x, withdrawal(2, x, berlin_november + day_s + 1, true)}, days).empty());
}

TEST_CASE("an entry that came late leaves the months alone that were over, unless it is a correction") {
  auto x = entry(1, berlin_november - 2 * day_s, berlin_november + day_s);
  x.recurrence = "FREQ=DAILY";
  const time_span days{at(berlin_november - day_s), at(berlin_november + 2 * day_s)};
  CHECK(excluded({x}, days) == std::vector{hour_from(berlin_november), hour_from(berlin_november + day_s)});
  x.correction = true;
  CHECK(excluded({x}, days).size() == 3);
}

TEST_CASE("a time over the end of a month is cut there") {
  auto x = entry(1, berlin_december - hour_s, berlin_november);
  x.length = 3h;
  const time_span winter{november.from, at(berlin_december + day_s)};
  CHECK(excluded({x, withdrawal(2, x, berlin_december + 1, false)}, winter)
        == std::vector{time_span{at(berlin_december - hour_s), at(berlin_december)}});
  x.entered = at(berlin_december + 1);
  CHECK(excluded({x}, winter) == std::vector{time_span{at(berlin_december), at(berlin_december + 2 * hour_s)}});
}

TEST_CASE("the month is that of the agreement's zone, not of the entry's") {
  const auto x = entry(1, berlin_december - 2 * hour_s, berlin_december - hour_s); // in Berlin still November
  CHECK(excluded({x}, {at(0), at(2'000'000'000)}).size() == 1);
  const auto kiritimati = in("Pacific/Kiritimati"); // where it is December, and that hour too
  CHECK(exclusions_of("a", kiritimati, std::vector{x}, {at(0), at(2'000'000'000)}).times.spans().size() == 1);
  const auto before = entry(1, zones[2].months[3] - 2 * hour_s, berlin_december - hour_s); // there November, over
  const auto found = exclusions_of("a", kiritimati, std::vector{before}, {at(0), at(2'000'000'000)});
  CHECK(found.times.spans().empty());
  REQUIRE(found.entries.size() == 1); // a report shows it all the same
  CHECK(found.entries[0].times.empty());
}

namespace {

/// Entries and withdrawals as anybody might have entered them between September and April.
std::vector<exclusion> some_entries(std::mt19937_64& dice) {
  const auto any = [&](std::int64_t below) {
    return static_cast<std::int64_t>(dice() % static_cast<std::uint64_t>(below));
  };
  constexpr auto first = zones[1].months[0];
  constexpr auto length = zones[1].months[8] - first;
  std::vector<exclusion> all;
  for (std::int64_t i = any(5); i >= 0; --i) {
    auto x = entry(static_cast<std::int64_t>(all.size()) + 1, first + any(length), first + any(length));
    x.length = std::chrono::hours{1 + any(40)};
    x.recurrence = any(3) == 0 ? "FREQ=WEEKLY" : any(3) == 0 ? "FREQ=DAILY;INTERVAL=2" : "";
    x.correction = any(3) == 0;
    all.push_back(x);
    if (any(2) == 0)
      all.push_back(withdrawal(x.id + 1, x, x.entered.unix_us / second_us + any(90 * day_s), any(3) == 0));
  }
  return all;
}

std::int64_t month_end(const known_zone& zone, wall_time x) {
  for (const auto begin : zone.months)
    if (x < at(begin))
      return begin;
  return zone.months.back() + 31 * day_s;
}

/// By the rule, moment by moment.
bool is_excluded(const known_zone& zone, const std::vector<exclusion>& entries, wall_time moment) {
  const auto was_open = [&](const exclusion& x) {
    return x.correction || x.entered < at(month_end(zone, moment));
  };
  const auto touches = [&](const exclusion& x) {
    const auto times = times_of(x, {moment, {moment.unix_us + 1}});
    return !std::get<std::vector<time_span>>(times).empty();
  };
  return std::any_of(entries.begin(), entries.end(), [&](const exclusion& x) {
    return x.withdraws == 0 && was_open(x) && touches(x)
           && std::none_of(entries.begin(), entries.end(), [&](const exclusion& y) {
                return y.withdraws == x.id && was_open(y);
              });
  });
}

} // namespace

TEST_CASE(
    "property: a moment is excluded by an entry that its month was open to, and that was not taken back in time") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 dice{seed};
    const auto entries = some_entries(dice);
    const auto& zone = zones[seed % zones.size()];
    CAPTURE(zone.name);
    const time_span all{at(zone.months[0]), at(zone.months[8])};
    const auto found = exclusions_of("a", in(zone.name), entries, all);
    for (int i = 0; i < 40; ++i) {
      const auto moment =
          at(zone.months[0]
             + static_cast<std::int64_t>(dice() % static_cast<std::uint64_t>(zone.months[8] - zone.months[0])));
      REQUIRE(found.times.touches({moment, {moment.unix_us + 1}}) == is_excluded(zone, entries, moment));
    }
  }
}

TEST_CASE("property: what is entered after a month ended changes it only as a correction") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 dice{seed};
    const auto& zone = zones[seed % zones.size()];
    CAPTURE(zone.name);
    const auto month = static_cast<std::size_t>(dice() % 8);
    const time_span span{at(zone.months[month]), at(zone.months[month + 1])};
    const auto entries = some_entries(dice);
    std::vector<exclusion> then;
    std::vector<exclusion> later; // with all that came afterwards and is no correction
    for (const auto& x : entries) {
      if (x.entered < span.to)
        then.push_back(x);
      if (x.entered < span.to || !x.correction)
        later.push_back(x);
    }
    const auto before = exclusions_of("a", in(zone.name), then, span).times.spans();
    REQUIRE(exclusions_of("a", in(zone.name), later, span).times.spans() == before);
  }
}
