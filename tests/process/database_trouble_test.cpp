// The database manager's actor when what it derives is refused, and when clocks jump.
#include "tests/process/database_manager_fixture.hpp"

#include <atomic>

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

/// Rows of one second, and that everything until then is there.
row_batch complete_at(std::int64_t second) {
  auto x = rows_at(second);
  x.everything_until = wall_time{(second + 1) * 1'000'000};
  return x;
}

/// An answer says what was closed with the rows before: one without rows asks for it.
bool closes(running& x, std::int64_t until) {
  row_batch nothing;
  nothing.everything_until = wall_time{(until + 25) * 1'000'000};
  return x.becomes([&](const database_status&) {
    return x.ask<std::uint64_t>(nothing) && x.status().closed_until == wall_time{until * 1'000'000};
  });
}

} // namespace

TEST_CASE("the wait before deriving anew doubles up to a minute") {
  CHECK(derive_delay(0) == 1s);
  CHECK(derive_delay(1) == 2s);
  CHECK(derive_delay(5) == 32s);
  CHECK(derive_delay(6) == 60s);
  CHECK(derive_delay(4'000'000'000) == 60s);
}

TEST_CASE("a derivation that PostgreSQL refused begins anew by itself, while rows are stored all the time") {
  server().clear();
  running x;
  REQUIRE(x.becomes_connected());
  REQUIRE(x.ask<agreement>(create_atom::value, gold()));
  server().sql("ALTER TABLE minutes ADD CONSTRAINT test CHECK (stream < 0)");
  auto second = noon_s;
  for (; second < noon_s + 150; ++second)
    REQUIRE(*x.ask<std::uint64_t>(complete_at(second)) == 1);
  CHECK(server().count("minutes") == 0);
  CHECK(server().count("samples") == 150);
  server().sql("ALTER TABLE minutes DROP CONSTRAINT test");
  // With the rows that go on coming; nobody connects anew.
  const auto end = std::chrono::steady_clock::now() + 100s;
  while (server().count("minutes") == 0) {
    REQUIRE(std::chrono::steady_clock::now() < end);
    REQUIRE(*x.ask<std::uint64_t>(complete_at(second++)) == 1);
    std::this_thread::sleep_for(50ms);
  }
  CHECK(x.status().connected);
  for (const auto last = second + 120; second < last; ++second)
    REQUIRE(*x.ask<std::uint64_t>(complete_at(second)) == 1);
  REQUIRE(closes(x, second - 25));
  // Every minute and interval is there, once.
  const auto minutes = std::to_string((second - 25 - noon_s) / 60);
  CHECK(server().sql("SELECT count(*) || ' ' || min(seconds) || ' ' || max(seconds) FROM minutes")
        == minutes + " 60 60");
  CHECK(server().sql("SELECT count(DISTINCT since) = count(*) FROM verdicts WHERE point = 0") == "t");
  CHECK(server().sql("SELECT sum(met + violated + exempt + no_data) FROM compliance_hours WHERE point = 0")
        == server().sql("SELECT count(*) FROM verdicts WHERE point = 0"));
}

TEST_CASE("a clock of ours that jumps closes nothing early, drops nothing, and lets no version begin in closed time") {
  server().clear();
  std::atomic<std::int64_t> now_s{noon_s};
  auto with_clock = settings();
  with_clock.clock = [&] {
    return wall_time{now_s * 1'000'000};
  };
  running x{with_clock};
  REQUIRE(x.becomes_connected());
  REQUIRE(x.ask<agreement>(create_atom::value, gold()));
  auto second = noon_s;
  const auto pass = [&](std::int64_t seconds) {
    for (const auto end = second + seconds; second < end; ++second)
      REQUIRE(*x.ask<std::uint64_t>(complete_at(second)) == 1);
  };
  pass(100);
  now_s = noon_s + 400 * 86'400; // a year ahead
  pass(100);
  REQUIRE(closes(x, second - 25));
  now_s = noon_s - 86'400; // a day back
  pass(100);
  auto changed = gold();
  changed.objective.weight = 9;
  const auto stored = x.ask<agreement>(replace_atom::value, changed);
  REQUIRE(stored);
  CHECK(stored->since > x.status().closed_until);
  pass(100);
  REQUIRE(closes(x, second - 25));
  CHECK(server().count("samples") == 400);
  CHECK(server().count("late_samples") == 0);
  CHECK(server().sql("SELECT count(*) || ' ' || sum(seconds) FROM minutes") == "6 360");
  // One version judges each interval: what the clock says, and said, is in no way between them.
  CHECK(server().sql("SELECT count(*) = count(DISTINCT since) AND max(version) = 2 FROM verdicts WHERE point = 0")
        == "t");
}

TEST_CASE("a sender whose clock is years ahead closes nothing") {
  server().clear();
  running x{settings()};
  REQUIRE(x.becomes_connected());
  REQUIRE(*x.ask<std::uint64_t>(complete_at(noon_s + 10 * 365 * 86'400)) == 1);
  for (auto second = noon_s; second < noon_s + 40; ++second)
    REQUIRE(*x.ask<std::uint64_t>(complete_at(second)) == 1);
  REQUIRE(closes(x, noon_s + 40 - 25));
  CHECK(server().count("late_samples") == 0);
}
