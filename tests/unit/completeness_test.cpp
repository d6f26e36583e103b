// What the database manager is told to be complete, which rows a replay makes, and which throttles are decisions.
#include "actors/application_server/rows/completeness.hpp"
#include "actors/application_server/rows/decision_log.hpp"
#include "actors/application_server/rows/replay_rows.hpp"
#include "actors/application_server/rows/row_outbox.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("unit.completeness");

namespace {

constexpr std::int64_t label_s = 1'795'428'000;

constexpr wall_time at(std::int64_t seconds) {
  return wall_time{(label_s + seconds) * 1'000'000};
}

sample sample_of(std::uint64_t sequence, wall_time taken, const std::string& client = "a") {
  sample x;
  x.stream = {"gw1", "oltp", client};
  x.sequence = sequence;
  x.taken = taken;
  x.interval = 100ms;
  x.completions = 1;
  return x;
}

sample_row row_of(std::int64_t second) {
  return make_row(sample_of(static_cast<std::uint64_t>(second + 1000), at(second)), 1);
}

} // namespace

TEST_CASE("nothing is complete while rows of before this process may come, for 30 s at most") {
  completeness x{0s, at(0)};
  CHECK(x.until(29s, {}, {}) == wall_time{});
  CHECK(x.until(30s, {}, {}) == at(27));
  completeness y{0s, at(0)};
  y.replayed();
  CHECK(y.until(5s, {}, {}) == at(2));
}

TEST_CASE("the oldest second that is open or not confirmed holds it back") {
  completeness x{0s, at(0)};
  x.replayed();
  CHECK(x.until(50s, at(46), {}) == at(46));
  CHECK(x.until(50s, at(46), at(20)) == at(20));
  CHECK(x.until(50s, at(900), {}) == at(47)); // a label of the future changes nothing
}

TEST_CASE("a gateway whose clock is far behind is not waited for, what is not confirmed is") {
  completeness x{0s, at(0)};
  x.replayed();
  CHECK(x.until(1000s, at(10), {}) == at(940));
  CHECK(x.until(1000s, {}, at(10)) == at(10));
}

TEST_CASE("the outbox knows its oldest second until that is confirmed, dropped or refused") {
  row_outbox x{{.entries = 3, .batch = 1, .open_batches = 4}};
  CHECK_FALSE(x.oldest_unconfirmed());
  x.put(row_of(5));
  x.put(row_of(7));
  x.put(audit_entry{});
  CHECK(x.oldest_unconfirmed() == at(5));
  const auto first = x.next();
  REQUIRE(first);
  CHECK(x.oldest_unconfirmed() == at(5));
  x.confirmed(first->number, first->life);
  CHECK(x.oldest_unconfirmed() == at(7));
  verdict found;
  found.from = at(3);
  x.put(found);
  CHECK(x.oldest_unconfirmed() == at(3));
  x.put(row_of(9)); // above the bound: the row of second 7 goes
  CHECK(x.dropped() == 1);
  CHECK(x.oldest_unconfirmed() == at(3));
  while (const auto next = x.next())
    x.refused(next->number, next->life);
  CHECK_FALSE(x.oldest_unconfirmed());
}

TEST_CASE("decisions and audit entries travel as they came, each once") {
  row_outbox x;
  decision d;
  d.at = at(1);
  d.what.generation = 7;
  x.put(d);
  x.put(audit_entry{at(2), "token", "end-agreement", "gold", "last"});
  const auto batch = x.next();
  REQUIRE(batch);
  CHECK(batch->decisions == std::vector{d});
  REQUIRE(batch->audit.size() == 1);
  CHECK(batch->audit[0].subject == "gold");
}

TEST_CASE("a replay gives the rows that were made before, but none of seconds that are not whole") {
  replay_rows x{10};
  std::vector<sample_row> rows;
  for (std::uint64_t i = 0; i < 35; ++i) {
    const wall_time taken{at(0).unix_us + static_cast<std::int64_t>(i) * 100'000};
    CHECK(x.take(sample_of(i + 1, taken), 9, at(1), rows) == (i >= 10));
  }
  CHECK_FALSE(x.take(sample_of(20, at(3)), 9, at(1), rows)); // repeated
  x.close(rows);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].total.taken == at(1));
  CHECK(rows[0].first_sequence == 11);
  CHECK(rows[0].last_sequence == 20);
  CHECK(rows[0].samples == 10);
  CHECK(rows[2].last_sequence == 35);
  CHECK(rows[2].incarnation == 9);
}

TEST_CASE("a replay of too many streams is bounded") {
  replay_rows x{1};
  std::vector<sample_row> rows;
  CHECK(x.take(sample_of(1, at(0), "a"), 1, {}, rows));
  CHECK_FALSE(x.take(sample_of(1, at(0), "b"), 1, {}, rows));
}

TEST_CASE("a throttle is a decision when its rule or beneficiary changed, with the time since when it holds") {
  decision_log x{10};
  throttle t;
  t.stream = {"gw1", "oltp", "a"};
  CHECK_FALSE(x.note(t, at(5))); // nothing held it before
  t.why.rule = throttle_rule::protection;
  t.why.beneficiary = "gold";
  t.why.since = at(4);
  const auto first = x.note(t, at(5));
  REQUIRE(first);
  CHECK(first->at == at(4));
  t.generation = 9;
  CHECK_FALSE(x.note(t, at(6)));
  t.why.beneficiary = "silver";
  CHECK(x.note(t, at(7)));
  t.why = {};
  const auto ended = x.note(t, at(8));
  REQUIRE(ended);
  CHECK(ended->at == at(8));
  CHECK_FALSE(x.note(t, at(9)));
  t.why.rule = throttle_rule::share;
  CHECK(x.note(t, at(10)));
  x.forget(t.stream);
  CHECK(x.note(t, at(11)));
}
