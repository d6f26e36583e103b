// The database manager's actor with a real PostgreSQL: what is answered while the database is there, away, slow or
// dead.
#include "tests/process/database_manager_fixture.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

TEST_CASE("the wait before the next attempt doubles up to five seconds") {
  CHECK(reconnect_delay(0) == 250ms);
  CHECK(reconnect_delay(1) == 500ms);
  CHECK(reconnect_delay(4) == 4000ms);
  CHECK(reconnect_delay(5) == 5000ms);
  CHECK(reconnect_delay(4'000'000'000) == 5000ms);
}

TEST_CASE("agreements are established, changed, ended and remembered") {
  server().clear();
  running x;
  REQUIRE(x.becomes_connected());
  const auto first = x.ask<agreement>(create_atom::value, gold());
  REQUIRE(first);
  CHECK(first->version == 1);
  auto changed = gold();
  changed.objective.weight = 8;
  const auto refused = x.ask<agreement>(create_atom::value, changed);
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == ec::already_exists);
  CHECK(x.ask<agreement>(replace_atom::value, changed)->version == 2);
  const auto in_force = x.ask<terms>(terms_atom::value);
  REQUIRE(in_force->agreements.size() == 1);
  CHECK(in_force->agreements[0].version == 2);
  CHECK(x.ask<agreement>(end_atom::value, std::string{"oltp-gold"})->version == 2);
  CHECK(x.ask<terms>(terms_atom::value)->agreements.empty());
  CHECK(x.ask<std::vector<agreement>>(history_atom::value, std::string{"oltp-gold"})->size() == 2);
  CHECK(x.ask<agreement>(end_atom::value, std::string{"oltp-gold"}).error() == ec::not_found);
}

TEST_CASE("nonsense is refused before PostgreSQL sees it") {
  server().clear();
  running x;
  REQUIRE(x.becomes_connected());
  auto bad = gold();
  bad.objective.weight = 0;
  CHECK(x.ask<agreement>(create_atom::value, bad).error() == ec::invalid);
  auto rows = rows_at(noon_s, 2);
  rows.rows[1].total.stream.client = "a b";
  CHECK(x.ask<std::uint64_t>(rows).error() == ec::invalid);
  override_order order;
  order.stream = {"gw1", "oltp", "a"};
  order.who = "\xff";
  CHECK(x.ask<override_order>(order_atom::value, order).error() == ec::invalid);
  CHECK(server().count("samples") == 0);
  CHECK(*x.ask<std::uint64_t>(row_batch{}) == 0);
}

TEST_CASE("an order is in force at once and until it is taken back") {
  server().clear();
  running x;
  REQUIRE(x.becomes_connected());
  override_order order;
  order.stream = {"gw1", "batch", "b"};
  order.iops.per_second = 100;
  order.who = "ann";
  order.why = "test";
  CHECK(x.ask<override_order>(order_atom::value, order)->since == noon);
  CHECK(x.ask<terms>(terms_atom::value)->overrides.size() == 1);
  CHECK(x.ask<override_order>(retract_atom::value, order.stream));
  CHECK(x.ask<terms>(terms_atom::value)->overrides.empty());
  CHECK(x.ask<override_order>(retract_atom::value, order.stream).error() == ec::not_found);
}

TEST_CASE("rows are answered once they are committed, repeated ones as not new") {
  server().clear();
  running x;
  REQUIRE(x.becomes_connected());
  CHECK(*x.ask<std::uint64_t>(rows_at(noon_s, 3)) == 3);
  CHECK(server().count("samples") == 3);
  CHECK(*x.ask<std::uint64_t>(rows_at(noon_s, 4)) == 1);
  const auto status = x.status();
  CHECK(status.schema_version == 8);
  CHECK(status.rows_stored == 4);
  CHECK(status.rows_repeated == 3);
  CHECK(status.rows_waiting == 0);
  CHECK(status.rows_bound == 180'000);
}

TEST_CASE("without PostgreSQL at start it says so, takes rows, and goes on when PostgreSQL is there") {
  server().clear();
  stopped_server away;
  running x;
  REQUIRE(x.becomes_away());
  CHECK(x.status().last_error.find("PostgreSQL cannot be reached: ") == 0);
  CHECK(x.ask<terms>(terms_atom::value).error() == ec::database_away); // never loaded
  const auto begin = std::chrono::steady_clock::now();
  CHECK(x.ask<agreement>(create_atom::value, gold()).error() == ec::database_away);
  CHECK(std::chrono::steady_clock::now() - begin < 2s);
  auto waiting = x.send(rows_at(noon_s, 2));
  CHECK(x.status().rows_waiting == 2);
  away.start();
  CHECK(*x.await(waiting) == 2);
  CHECK(server().count("samples") == 2);
  const auto status = x.status();
  CHECK(status.connected);
  CHECK(status.away_since == wall_time{});
  CHECK(status.last_error.empty());
}

TEST_CASE("while PostgreSQL is away rows wait, terms are known, and afterwards no row is missing or doubled") {
  server().clear();
  running x;
  REQUIRE(x.becomes_connected());
  REQUIRE(x.ask<agreement>(create_atom::value, gold()));
  REQUIRE(*x.ask<std::uint64_t>(rows_at(noon_s)) == 1);
  stopped_server away;
  std::vector<decltype(x.send(row_batch{}))> waiting;
  for (std::int64_t i = 1; i <= 60; ++i)
    waiting.push_back(x.send(rows_at(noon_s + i)));
  REQUIRE(x.becomes_away());
  CHECK(x.status().rows_waiting == 60);
  CHECK(x.ask<terms>(terms_atom::value)->agreements.size() == 1);
  CHECK(x.ask<std::vector<agreement>>(history_atom::value, std::string{"oltp-gold"}).error() == ec::database_away);
  away.start();
  for (auto& answer : waiting)
    CHECK(*x.await(answer) == 1);
  CHECK(server().count("samples") == 61);
  CHECK(server().sql("SELECT count(DISTINCT second) FROM samples") == "61");
}

TEST_CASE("a postmaster killed in the middle of the stream costs no row") {
  server().clear();
  running x;
  REQUIRE(x.becomes_connected());
  std::vector<decltype(x.send(row_batch{}))> waiting;
  for (std::int64_t i = 0; i < 200; ++i) {
    waiting.push_back(x.send(rows_at(noon_s + i, 5)));
    if (i == 100)
      server().kill();
  }
  server().start();
  std::uint64_t answered = 0;
  for (auto& answer : waiting)
    answered += *x.await(answer);
  CHECK(server().count("samples") == 1000);
  CHECK(answered <= 1000); // a commit whose answer was lost is recognised when it is repeated
  const auto status = x.status();
  CHECK(status.rows_stored + status.rows_repeated == 1000);
}

namespace {

/// A spool in a directory that is gone at the end.
struct spool_place {
  spool_place() {
    char pattern[] = "/tmp/sluice-spool-XXXXXX";
    REQUIRE(::mkdtemp(pattern) != nullptr);
    path = pattern;
  }
  ~spool_place() {
    std::filesystem::remove_all(path);
  }
  spool_place(const spool_place&) = delete;
  spool_place& operator=(const spool_place&) = delete;

  [[nodiscard]] database_manager_settings settings_with(std::uint64_t bound) const {
    auto x = settings();
    x.spool = std::make_shared<spool::disk_spool>(path, bound);
    static_cast<void>(x.spool->open());
    return x;
  }
  std::filesystem::path path;
};

bool is_drained(const database_status& x) {
  return x.connected && x.spool_bytes == 0 && x.rows_waiting == 0;
}

} // namespace

TEST_CASE("while PostgreSQL is away rows are answered from the spool, and drain in order when it is back") {
  server().clear();
  const spool_place place;
  running x{place.settings_with(1 << 24)};
  REQUIRE(x.becomes_connected());
  REQUIRE(*x.ask<std::uint64_t>(rows_at(noon_s)) == 1);
  stopped_server away;
  for (std::int64_t i = 1; i <= 60; ++i)
    CHECK(*x.ask<std::uint64_t>(rows_at(noon_s + i)) == 1);
  CHECK(x.status().spool_bytes > 0);
  CHECK(x.status().rows_waiting == 0);
  away.start();
  REQUIRE(x.becomes(is_drained));
  CHECK(server().count("samples") == 61);
  CHECK(server().sql(
            "SELECT bool_and(stored_in_order) FROM (SELECT stored >= lag(stored, 1, stored) OVER (ORDER BY second) "
            "AS stored_in_order FROM samples) x")
        == "t");
  CHECK(*x.ask<std::uint64_t>(rows_at(noon_s + 61)) == 1); // directly again
  CHECK(x.status().spool_bytes == 0);
}

TEST_CASE("what was answered from the spool survives the manager, and is stored by the next one") {
  server().clear();
  const spool_place place;
  {
    stopped_server away;
    {
      running x{place.settings_with(1 << 24)};
      for (std::int64_t i = 0; i < 10; ++i)
        CHECK(*x.ask<std::uint64_t>(rows_at(noon_s + i, 5)) == 5);
    } // killed
    away.start();
  }
  running x{place.settings_with(1 << 24)};
  CHECK(*x.ask<std::uint64_t>(rows_at(noon_s + 10)) == 1); // behind them
  REQUIRE(x.becomes(is_drained));
  CHECK(server().count("samples") == 51);
}

TEST_CASE("a full spool drops the oldest rows, counts them and makes them an event") {
  server().clear();
  const spool_place place;
  stopped_server away;
  running x{place.settings_with(64 * 1024)};
  for (std::int64_t i = 0; i < 100; ++i)
    CHECK(*x.ask<std::uint64_t>(rows_at(noon_s + i, 20)) == 20);
  const auto dropped = x.status().spool_dropped;
  CHECK(dropped > 0);
  away.start();
  REQUIRE(x.becomes(is_drained));
  CHECK(server().count("samples") == 2000 - static_cast<std::int64_t>(dropped));
  CHECK(server().count("events WHERE kind = 'samples-lost' AND subject = 'spool'") >= 1);
}

TEST_CASE("beyond the bound rows are refused and nothing of them is taken") {
  server().clear();
  stopped_server away;
  auto small = settings();
  small.buffer_lines = 10;
  running x{small};
  auto first = x.send(rows_at(noon_s, 6));
  CHECK(x.ask<std::uint64_t>(rows_at(noon_s + 1, 5)).error() == ec::buffer_full);
  auto second = x.send(rows_at(noon_s + 2, 4));
  CHECK(x.status().rows_waiting == 10);
  away.start();
  CHECK(*x.await(first) == 6);
  CHECK(*x.await(second) == 4);
  CHECK(server().count("samples") == 10);
}

TEST_CASE("a time-out fails an operation with its sentence, and rows are tried again") {
  server().clear();
  auto quick = settings();
  quick.connection.statement_timeout = 1s;
  running x{quick};
  REQUIRE(x.becomes_connected());
  REQUIRE(*x.ask<std::uint64_t>(rows_at(noon_s)) == 1);
  decltype(x.send(row_batch{})) waiting = [&] {
    const table_lock all{"samples, agreements"};
    const auto failed = x.ask<agreement>(create_atom::value, gold());
    CHECK(failed.error() == ec::database_failed);
    auto rows = x.send(rows_at(noon_s + 1));
    CHECK(x.becomes([](const database_status& s) {
      return s.last_error.find("timeout") != std::string::npos;
    }));
    CHECK(x.status().connected);
    return rows;
  }();
  CHECK(*x.await(waiting) == 1);
  CHECK(x.ask<agreement>(create_atom::value, gold()));
}

TEST_CASE("a PostgreSQL that does not answer at all is cut off and asked again") {
  server().clear();
  auto impatient = settings();
  impatient.connection.statement_timeout = 60s; // hence only our own patience ends it
  impatient.patience = 300ms;
  running x{impatient};
  REQUIRE(x.becomes_connected());
  decltype(x.send(row_batch{})) waiting = [&] {
    const table_lock all{"samples"};
    auto rows = x.send(rows_at(noon_s, 2));
    CHECK(x.becomes_away());
    CHECK(x.status().last_error == "PostgreSQL does not answer");
    return rows;
  }();
  CHECK(x.becomes_connected());
  static_cast<void>(x.await(waiting));
  CHECK(server().count("samples") == 2);
}

TEST_CASE("lines that PostgreSQL refuses fail alone, not those that were stored with them") {
  server().clear();
  running x;
  REQUIRE(x.becomes_connected());
  server().sql("ALTER TABLE events ADD CONSTRAINT test CHECK (text <> 'poison')");
  row_batch poison;
  poison.events.push_back(event_of("poison"));
  std::vector<decltype(x.send(row_batch{}))> answers;
  {
    const table_lock held{"samples"}; // what comes meanwhile is stored in one group
    answers.push_back(x.send(rows_at(noon_s)));
    answers.push_back(x.send(rows_at(noon_s + 1)));
    answers.push_back(x.send(poison));
    answers.push_back(x.send(rows_at(noon_s + 2)));
    CHECK(x.becomes([](const database_status& s) {
      return s.rows_waiting == 4;
    }));
  }
  CHECK(*x.await(answers[0]) == 1);
  CHECK(*x.await(answers[1]) == 1);
  CHECK(x.await(answers[2]).error() == ec::database_failed);
  CHECK(*x.await(answers[3]) == 1);
}

TEST_CASE("told to stop it stores what waits first") {
  server().clear();
  running x;
  REQUIRE(x.becomes_connected());
  std::vector<decltype(x.send(row_batch{}))> answers;
  for (std::int64_t i = 0; i < 20; ++i)
    answers.push_back(x.send(rows_at(noon_s + i, 50)));
  x.stop();
  for (auto& answer : answers)
    CHECK(*x.await(answer) == 50);
  CHECK(x.ends());
  CHECK(server().count("samples") == 1000);
}

TEST_CASE("told to stop while PostgreSQL is away it answers what waits with an error") {
  server().clear();
  stopped_server away;
  running x;
  REQUIRE(x.becomes_away());
  auto answer = x.send(rows_at(noon_s));
  x.stop();
  CHECK(x.await(answer).error() == ec::peer_absent);
  CHECK(x.ends());
}

TEST_CASE("told to stop while PostgreSQL hangs it ends all the same") {
  server().clear();
  auto brief = settings();
  brief.connection.statement_timeout = 60s;
  brief.patience = 60s;
  brief.stop_patience = 200ms;
  running x{brief};
  REQUIRE(x.becomes_connected());
  const table_lock held{"samples"};
  auto answer = x.send(rows_at(noon_s));
  x.stop();
  CHECK(x.await(answer).error() == ec::peer_absent);
  CHECK(x.ends());
}

TEST_CASE("the policy survives the database manager, is part of the terms, and a wrong one changes nothing") {
  server().clear();
  policy_document x;
  x.defaults = {{"mode", 1}};
  x.author = "ann";
  {
    running manager;
    REQUIRE(manager.becomes_connected());
    CHECK(manager.ask<terms>(terms_atom::value)->policy == policy_document{});
    const auto stored = manager.ask<policy_document>(replace_atom::value, x);
    REQUIRE(stored);
    CHECK(stored->version == 1);
    CHECK(manager.ask<terms>(terms_atom::value)->policy == *stored); // from memory
    auto wrong = x;
    wrong.defaults = {{"mode", 2}};
    CHECK(manager.ask<policy_document>(replace_atom::value, wrong).error() == ec::invalid);
    wrong = x;
    wrong.defaults.clear();
    wrong.author.clear();
    CHECK(manager.ask<policy_document>(replace_atom::value, wrong).error() == ec::invalid);
  }
  running again;
  REQUIRE(again.becomes_connected());
  const auto found = again.ask<terms>(terms_atom::value)->policy;
  CHECK(found.version == 1);
  CHECK(same_policy(found, x));
  const auto history = again.ask<std::vector<policy_document>>(history_atom::value);
  REQUIRE(history);
  CHECK(*history == std::vector{found});
}
