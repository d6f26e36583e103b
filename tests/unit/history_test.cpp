// Minutes, hours and verdicts from committed rows, and that deriving them again gives the same.
#include "actors/database_manager/history/derivation.hpp"

#include <algorithm>
#include <random>

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::history;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("unit.history");

namespace {

/// 2026-11-23 10:00:00 UTC: the beginning of an hour.
constexpr std::int64_t ten = 1'795'428'000;

std::shared_ptr<const store::packed_row> row(std::int64_t second, std::uint64_t first, std::uint64_t last,
                                             std::uint64_t requests = 10, const std::string& client = "a") {
  sample x;
  x.stream = {"gw1", "oltp", client};
  x.backend = "disk";
  x.sequence = first;
  x.taken = wall_time{second * 1'000'000};
  x.interval = 1s;
  x.arrivals = x.completions = x.reads = requests;
  for (std::uint64_t i = 0; i < requests; ++i) {
    x.total_latency.record(2ms);
    x.backend_latency.record(1ms);
  }
  auto made = make_row(x, 1);
  made.last_sequence = last;
  made.samples = static_cast<std::uint32_t>(last - first + 1);
  return std::make_shared<const store::packed_row>(store::pack(made));
}

/// Ten samples a second, so that the second says which.
open_row whole(std::int64_t second, std::int32_t stream = 1, std::uint64_t requests = 10) {
  const auto first = static_cast<std::uint64_t>(second - ten + 100) * 10;
  return {stream, row(second, first, first + 9, requests, std::string(1, static_cast<char>('a' + stream - 1)))};
}

version_span gold(duration interval = 10s) {
  version_span x;
  x.terms.name = "gold";
  x.terms.version = 1;
  x.terms.streams = {"gw1", "oltp", "a"};
  x.terms.objective.latency = {{latency_statistic::mean, 5ms, {}}};
  x.terms.objective.compliance.interval = interval;
  return x;
}

/// Everything that a derivation gives when it is advanced to `until`.
derived all_until(derivation& x, std::int64_t until) {
  derived sum;
  x.know(until);
  bool more = true;
  while (more) {
    more = x.advance();
    const auto& due = x.due();
    sum.minutes.insert(sum.minutes.end(), due.minutes.begin(), due.minutes.end());
    sum.hours.insert(sum.hours.end(), due.hours.begin(), due.hours.end());
    sum.verdicts.insert(sum.verdicts.end(), due.verdicts.begin(), due.verdicts.end());
    if (!due.empty())
      sum.reached = due.reached;
    x.written();
  }
  return sum;
}

derivation begun(std::vector<version_span> versions = {}) {
  derivation x;
  x.begin({ten, ten, ten}, std::move(versions));
  x.loaded();
  return x;
}

} // namespace

TEST_CASE("a second is closed 25 s after everything of it is known to be there, and not by any row") {
  auto x = begun();
  x.add(whole(ten + 500));
  CHECK(all_until(x, ten + 25).minutes.empty());
  CHECK(x.closed_until() == ten);
  static_cast<void>(all_until(x, ten + 27));
  CHECK(x.closed_until() == ten + 2);
  static_cast<void>(all_until(x, ten + 20)); // a sender that knows less opens nothing again
  CHECK(x.closed_until() == ten + 2);
}

TEST_CASE("a minute is its seconds added up, percentiles included") {
  auto x = begun();
  for (std::int64_t s = ten; s < ten + 60; ++s)
    if (s != ten + 7) // of one second there is nothing
      x.add(whole(s, 1, s == ten + 30 ? 50 : 10));
  const auto got = all_until(x, ten + 60 + grace_s);
  REQUIRE(got.minutes.size() == 1);
  const auto& m = got.minutes[0];
  CHECK(m.stream == 1);
  CHECK(m.since_s == ten);
  CHECK(m.seconds == 59);
  CHECK(m.completions == 58 * 10 + 50);
  CHECK(m.peak_completions == 50);
  CHECK(m.interval_ns == 59'000'000'000);
  CHECK(m.total_latency_sum_ns == (58 * 10 + 50) * 2'000'000);
  const auto bucket = latency_histogram::bucket_of(2ms);
  CHECK(m.total_latency[bucket] == 58 * 10 + 50);
  CHECK(m.backend == "disk");
  CHECK(got.reached.minutes == ten + 60);
}

TEST_CASE("two halves of a second are one second, and a replayed whole takes their place") {
  auto x = begun();
  x.add({1, row(ten, 1, 4, 4)});
  x.add({1, row(ten, 5, 10, 6)});
  x.add({1, row(ten + 1, 11, 14, 4)});
  x.add({1, row(ten + 1, 15, 20, 6)});
  x.add({1, row(ten + 1, 11, 20, 10)}); // the same samples again
  x.add({1, row(ten + 1, 11, 20, 10)});
  const auto got = all_until(x, ten + 60 + grace_s);
  REQUIRE(got.minutes.size() == 1);
  CHECK(got.minutes[0].seconds == 2);
  CHECK(got.minutes[0].completions == 20);
  CHECK(got.minutes[0].peak_completions == 10);
}

TEST_CASE("an hour is its minutes added up, for each stream") {
  auto x = begun();
  for (std::int64_t s = ten; s < ten + 3600; s += 20)
    for (std::int32_t stream = 1; stream <= 2; ++stream)
      x.add(whole(s, stream, static_cast<std::uint64_t>(stream)));
  const auto got = all_until(x, ten + 3600 + grace_s);
  CHECK(got.minutes.size() == 120);
  REQUIRE(got.hours.size() == 2);
  CHECK(got.hours[0].completions == 180);
  CHECK(got.hours[1].completions == 360);
  CHECK(got.hours[1].seconds == 180);
  CHECK(got.reached.hours == ten + 3600);
}

TEST_CASE("an interval is judged when it is closed, and time without rows is no data") {
  auto x = begun({gold()});
  for (std::int64_t s = ten; s < ten + 10; ++s)
    x.add(whole(s));
  const auto got = all_until(x, ten + 20 + grace_s);
  REQUIRE(got.verdicts.size() == 2);
  CHECK(got.verdicts[0].what.outcome == verdict_outcome::met);
  CHECK(got.verdicts[0].what.from == wall_time{ten * 1'000'000});
  CHECK(got.verdicts[0].what.measured == 2ms);
  CHECK(got.verdicts[0].measured_seconds == 10);
  CHECK(got.verdicts[1].what.outcome == verdict_outcome::no_data);
}

TEST_CASE("the version that was in force when an interval began judges it") {
  auto first = gold();
  auto second = gold();
  first.until = second.from = second.terms.since = wall_time{(ten + 13) * 1'000'000};
  second.terms.version = 2;
  second.terms.objective.latency[0].target = 1ms;
  auto x = begun({first, second});
  for (std::int64_t s = ten; s < ten + 30; ++s)
    x.add(whole(s));
  const auto got = all_until(x, ten + 30 + grace_s);
  REQUIRE(got.verdicts.size() == 3);
  CHECK(got.verdicts[1].what.version == 1);
  CHECK(got.verdicts[1].what.outcome == verdict_outcome::met);
  CHECK(got.verdicts[2].what.version == 2);
  CHECK(got.verdicts[2].what.from == wall_time{(ten + 20) * 1'000'000});
  CHECK(got.verdicts[2].what.outcome == verdict_outcome::violated);
}

TEST_CASE("an agreement that ended is judged for the interval in which it ended, and no more") {
  auto ended = gold();
  ended.until = wall_time{(ten + 15) * 1'000'000};
  auto x = begun({ended});
  const auto got = all_until(x, ten + 60 + grace_s);
  CHECK(got.verdicts.size() == 2);
}

TEST_CASE("what the core found names the cause") {
  auto terms = gold();
  terms.terms.objective.latency[0].target = 1ms;
  auto x = begun({terms});
  for (std::int64_t s = ten; s < ten + 10; ++s)
    x.add(whole(s));
  verdict found;
  found.agreement = "gold";
  found.version = 1;
  found.from = wall_time{ten * 1'000'000};
  found.outcome = verdict_outcome::violated;
  found.cause = violation_cause::stream;
  found.culprit = "gw1/batch/b";
  x.add(found);
  const auto got = all_until(x, ten + 10 + grace_s);
  REQUIRE(got.verdicts.size() == 1);
  CHECK(got.verdicts[0].what.outcome == verdict_outcome::violated);
  CHECK(got.verdicts[0].what.culprit == "gw1/batch/b");
}

TEST_CASE("nothing was ever derived: it begins with the oldest row, and says where") {
  derivation x;
  x.begin({}, {gold()});
  CHECK(x.needed_from() == 0);
  x.add(whole(ten + 3));
  x.know(ten + 4 + grace_s);
  CHECK_FALSE(x.advance());
  CHECK(x.due().begins);
  CHECK(x.due().reached.minutes == ten);
  CHECK(x.closed_until() == ten + 4);
}

TEST_CASE("a day without rows and more is passed over") {
  auto x = begun({gold()});
  x.add(whole(ten));
  const auto later = ten + 10 * max_catch_up_s;
  x.add(whole(later));
  const auto got = all_until(x, later + 60 + grace_s);
  CHECK(x.closed_until() == later + 60);
  CHECK(got.verdicts.size() == 12); // of the first minute and of the last
  REQUIRE(got.minutes.size() == 2);
  CHECK(got.minutes[1].since_s == later);
}

TEST_CASE("the window is bounded: the oldest second is closed before its time") {
  derivation x{10};
  x.begin({ten, ten, ten}, {});
  x.loaded();
  for (std::int64_t s = ten; s < ten + 11; ++s)
    x.add(whole(s));
  static_cast<void>(x.advance());
  CHECK(x.closed_until() == ten + 1);
  CHECK(x.open_rows() == 10);
}

TEST_CASE("rows that are held are neither kept nor closed until they were read") {
  auto x = begun({gold()});
  for (std::int64_t s = ten; s < ten + 60; ++s)
    x.add(whole(s));
  x.hold_from(ten + 10);
  x.add(whole(ten + 10, 2));
  x.add(whole(ten + 4, 2));
  CHECK(x.open_rows() == 61);
  CHECK_FALSE(x.wants_rows_from());
  CHECK(all_until(x, ten + 60 + grace_s).verdicts.size() == 1);
  CHECK(x.closed_until() == ten + 10);
  CHECK(x.wants_rows_from() == ten + 10);
  x.release();
  CHECK(all_until(x, ten + 60 + grace_s).verdicts.size() == 5);
}

TEST_CASE("while nothing can be written the window sheds its newest seconds, which are read again") {
  derivation x{80};
  x.begin({ten, ten, ten}, {});
  x.loaded();
  for (std::int64_t s = ten; s < ten + 1'000; ++s)
    x.add(whole(s));
  CHECK(x.open_rows() == 90); // 80 and an eighth
  CHECK(x.held_from() == ten + 90);
}

TEST_CASE("a finding that comes after its interval was judged changes nothing") {
  auto x = begun({gold()});
  static_cast<void>(all_until(x, ten + 10 + grace_s));
  verdict late;
  late.agreement = "gold";
  late.version = 1;
  late.from = wall_time{ten * 1'000'000};
  late.length = 10s;
  late.outcome = verdict_outcome::violated;
  x.add(late);
  const auto rest = all_until(x, ten + 60 + grace_s).verdicts;
  REQUIRE(rest.size() == 5); // of the five intervals that were open
  for (const auto& one : rest)
    CHECK(one.what.outcome == verdict_outcome::no_data);
}

TEST_CASE("property: beginning anew anywhere gives the same minutes, hours and verdicts, in whatever order rows come") {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937 chance{seed};
    std::vector<open_row> rows;
    for (std::int64_t s = ten; s < ten + 3700; ++s)
      for (std::int32_t stream = 1; stream <= 2; ++stream)
        if (chance() % 7 != 0)
          rows.push_back(whole(s, stream, chance() % 30));
    // Up to 15 I/O a second are promised, so that a second reaches into the next one; another version comes in between.
    auto silver = gold(30s);
    silver.terms.name = "silver";
    silver.terms.streams.client = "b";
    auto first = gold();
    first.terms.objective.latency[0].up_to = rate{15};
    auto second = first;
    second.terms.version = 2;
    first.until = second.from = second.terms.since =
        wall_time{(ten + 600 + static_cast<std::int64_t>(chance() % 20)) * 1'000'000};
    const std::vector versions{first, second, silver};
    const auto until = ten + 3700;
    auto straight = begun(versions);
    for (const auto& x : rows)
      straight.add(x);
    const auto expected = all_until(straight, until);

    derived got;
    progress reached{ten, ten, ten};
    std::vector<roll_up> minutes;
    for (std::int64_t known = ten; known < until;) {
      known = std::min<std::int64_t>(known + chance() % 400, until);
      derivation x;
      x.begin(reached, versions);
      for (const auto& m : minutes)
        if (m.since_s >= reached.hours)
          x.add_minute(m);
      auto shuffled = rows;
      std::shuffle(shuffled.begin(), shuffled.end(), chance);
      const auto read = [&](std::int64_t from, std::int64_t to) {
        x.hold_from(to);
        for (const auto& one : shuffled)
          if (one.row->second >= from && one.row->second < to)
            x.add(one);
        x.loaded();
      };
      // All at once, or in pieces, each when the one before is closed.
      const auto piece = chance() % 2 == 0 ? 5'000 : static_cast<std::int64_t>(100 + chance() % 900);
      auto end = std::max(x.needed_from(), reached.seconds) + piece;
      read(x.needed_from(), end);
      derived part;
      for (bool more = true; more; end += piece) {
        const auto got_now = all_until(x, known);
        part.minutes.insert(part.minutes.end(), got_now.minutes.begin(), got_now.minutes.end());
        part.hours.insert(part.hours.end(), got_now.hours.begin(), got_now.hours.end());
        part.verdicts.insert(part.verdicts.end(), got_now.verdicts.begin(), got_now.verdicts.end());
        if (got_now.reached.seconds != 0)
          part.reached = got_now.reached;
        more = x.wants_rows_from().has_value();
        if (more)
          read(end, end + piece);
      }
      minutes.insert(minutes.end(), part.minutes.begin(), part.minutes.end());
      got.minutes.insert(got.minutes.end(), part.minutes.begin(), part.minutes.end());
      got.hours.insert(got.hours.end(), part.hours.begin(), part.hours.end());
      got.verdicts.insert(got.verdicts.end(), part.verdicts.begin(), part.verdicts.end());
      if (part.reached.seconds != 0)
        reached = part.reached; // what was closed after the last commit is closed again
    }
    CHECK(got.verdicts == expected.verdicts);
    REQUIRE(got.minutes.size() == expected.minutes.size());
    for (std::size_t i = 0; i < got.minutes.size(); ++i)
      REQUIRE(got.minutes[i].total_latency == expected.minutes[i].total_latency);
    REQUIRE(got.hours.size() == expected.hours.size());
    for (std::size_t i = 0; i < got.hours.size(); ++i) {
      CHECK(got.hours[i].completions == expected.hours[i].completions);
      CHECK(got.hours[i].seconds == expected.hours[i].seconds);
    }
  }
}
