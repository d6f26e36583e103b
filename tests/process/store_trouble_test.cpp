// The store in trouble that PostgreSQL itself makes, and in databases that nobody derived from yet.
#include "tests/process/store_fixture.hpp"

#include <atomic>
#include <thread>

#include <limits>

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::store;
using namespace sluice::test;

namespace {

constexpr std::int64_t day_s = 86'400;

std::int64_t server_now_s() {
  return std::stoll(server().sql("SELECT extract(epoch FROM now())::bigint"));
}

verdict finding_at(std::int64_t second) {
  verdict x;
  x.agreement = "oltp-gold";
  x.version = 1;
  x.from = wall_time{second * 1'000'000};
  x.length = std::chrono::seconds{10};
  x.outcome = verdict_outcome::violated;
  x.cause = violation_cause::stream;
  return x;
}

batch_ptr decided() {
  auto batch = std::make_shared<packed_batch>();
  batch->rows.push_back(pack(row_of("a", noon_s)));
  decision d;
  d.at = noon;
  d.what.stream = {"gw1", "oltp", "a"};
  d.what.why.rule = throttle_rule::protection;
  batch->decisions.push_back(d);
  return batch;
}

/// Waits until a backend of our role waits for a lock.
void wait_for_waiting() {
  while (server().count("pg_locks WHERE NOT granted") == 0)
    std::this_thread::yield();
}

/// The rows of the agreement's stream in [from, to), one a second.
batch_ptr seconds(std::int64_t from, std::int64_t to) {
  auto batch = std::make_shared<packed_batch>();
  for (auto s = from; s < to; ++s)
    batch->rows.push_back(pack(row_of("10.0.0.7", s)));
  return batch;
}

void append(database& x, const batch_ptr& batch, wall_time now, std::int64_t closed_until_s = 0) {
  const std::vector<batch_ptr> batches{batch};
  const auto stored = x.append(batches, now, kept, closed_until_s);
  REQUIRE_MESSAGE(stored, (stored ? "" : stored.why().text));
}

/// Closes everything before `until`, as the store worker does, and answers the verdicts.
std::vector<final_verdict> close_until(database& x, history::derivation& derived, std::int64_t until) {
  std::vector<final_verdict> all;
  derived.know(until + history::grace_s);
  for (bool more = true; more;) {
    more = derived.advance();
    all.insert(all.end(), derived.due().verdicts.begin(), derived.due().verdicts.end());
    if (!derived.due().empty()) {
      const auto written = x.write(derived.due(), noon, kept);
      REQUIRE_MESSAGE(written, (written ? "" : written.why().text));
      derived.written();
    }
    if (!more && derived.wants_rows_from()) {
      REQUIRE(x.read_on(derived));
      more = true;
    }
  }
  return all;
}

} // namespace

TEST_CASE("a real deadlock is busy: nothing is stored, and it passes when it is repeated") {
  fresh_store x;
  REQUIRE(x.result);
  REQUIRE_FALSE(x.database.maintain(noon, kept).problem);
  database ours{settings_for(server().url())};
  REQUIRE(ours.open());
  const std::vector<batch_ptr> batches{batch_of({row_of("a", noon_s)}, {finding_at(noon_s)})};
  // Whom PostgreSQL chooses as the victim is its affair: again until it is us.
  bool was_ours = false;
  for (int round = 0; round < 50 && !was_ours; ++round) {
    server().sql("TRUNCATE samples, findings");
    pqxx::connection other{server().url()};
    pqxx::work holding{other};
    holding.exec("LOCK TABLE findings IN ACCESS EXCLUSIVE MODE");
    std::thread closing_the_circle{[&] {
      wait_for_waiting(); // ours holds samples and wants findings
      try {
        holding.exec("LOCK TABLE samples IN ACCESS EXCLUSIVE MODE");
      } catch (const std::exception&) {
      }
      try {
        holding.abort();
      } catch (const std::exception&) {
      }
    }};
    const auto stored = ours.append(batches, noon, kept);
    closing_the_circle.join();
    if (stored)
      continue;
    was_ours = true;
    CHECK(stored.why().kind == failure_kind::busy);
    CHECK(stored.why().text.find("deadlock") != std::string::npos);
    CHECK(server().count("samples") == 0);
    append(ours, batches[0], noon);
    CHECK(server().count("samples") == 1);
    CHECK(server().count("findings") == 1);
  }
  CHECK(was_ours);
}

TEST_CASE("a real serialization failure is busy: nothing is stored, and it passes when it is repeated") {
  fresh_store x;
  REQUIRE(x.result);
  REQUIRE_FALSE(x.database.maintain(noon, kept).problem);
  append(x.database, decided(), noon); // the chain has a head
  server().sql("TRUNCATE samples, decisions");
  server().sql("ALTER DATABASE sluice SET default_transaction_isolation = 'repeatable read'");
  database ours{settings_for(server().url())};
  REQUIRE(ours.open());
  pqxx::connection other{server().url()};
  pqxx::work holding{other};
  holding.exec("UPDATE chain_heads SET position = position WHERE chain = 'decisions'");
  std::thread commits{[&] {
    wait_for_waiting(); // ours wants the head, as it was when its transaction began
    holding.commit();
  }};
  const std::vector<batch_ptr> batches{decided()};
  const auto stored = ours.append(batches, noon, kept);
  commits.join();
  REQUIRE_FALSE(stored);
  CHECK(stored.why().kind == failure_kind::busy);
  CHECK(stored.why().text.find("could not serialize access") != std::string::npos);
  CHECK(server().count("samples") == 0);
  append(ours, batches[0], noon);
  CHECK(server().count("samples") == 1);
  CHECK(server().count("decisions") == 1);
}

TEST_CASE("a finding that comes after its interval was judged is stored, says so, and changes nothing") {
  fresh_store x;
  REQUIRE(x.result);
  REQUIRE(x.database.create(gold(), later(-100)));
  history::derivation derived;
  REQUIRE(x.database.read_back(derived));
  const auto rows = seconds(noon_s, noon_s + 40);
  append(x.database, rows, noon);
  x.database.derive(std::vector<batch_ptr>{rows}, derived, std::numeric_limits<std::int64_t>::max());
  static_cast<void>(close_until(x.database, derived, noon_s + 20));
  const auto before = server().sql("SELECT md5(string_agg(v::text, '' ORDER BY position)) FROM verdicts v");
  // Of the interval that was judged last, and of the one that is open.
  const auto late = batch_of({}, {finding_at(noon_s + 10), finding_at(noon_s + 20)});
  append(x.database, late, noon, derived.closed_until());
  x.database.derive(std::vector<batch_ptr>{late}, derived, std::numeric_limits<std::int64_t>::max());
  CHECK(server().sql("SELECT string_agg(late::text, ' ' ORDER BY since) FROM findings") == "true false");
  CHECK(server().sql("SELECT md5(string_agg(v::text, '' ORDER BY position)) FROM verdicts v") == before);
  // Neither goes on nor begins anew with it.
  const auto straight = close_until(x.database, derived, noon_s + 40);
  server().sql("DELETE FROM verdicts WHERE since >= to_timestamp(" + std::to_string(noon_s + 20)
               + "); UPDATE progress SET until = to_timestamp(" + std::to_string(noon_s + 20)
               + ") WHERE derivation IN ('seconds', 'verdicts')");
  database again{settings_for(server().url())};
  REQUIRE(again.open());
  history::derivation anew;
  REQUIRE(again.read_back(anew));
  CHECK(close_until(again, anew, noon_s + 40) == straight);
}

TEST_CASE("a database with rows of which nothing was derived begins ten minutes before its newest row") {
  fresh_store x;
  REQUIRE(x.result);
  // Killed before it closed its first second, or of an older schema; and started three days later.
  const auto newest = server_now_s() - 3 * day_s;
  const wall_time now{newest * 1'000'000};
  append(x.database, seconds(newest - 5'000, newest - 4'990), now);
  append(x.database, seconds(newest - 300, newest + 1), now);
  // Of a gateway with a clock a year ahead: in the table, and nobody's beginning.
  append(x.database, batch_of({row_of("10.0.0.8", newest + 400 * day_s)}), now);
  database again{settings_for(server().url())};
  REQUIRE(again.open());
  history::derivation derived;
  const auto read = again.read_back(derived);
  REQUIRE_MESSAGE(read, (read ? "" : read.why().text));
  CHECK(*read == 302);
  static_cast<void>(close_until(again, derived, newest + 60));
  CHECK(server().sql("SELECT sum(seconds) FROM minutes") == "301"); // but for the last minute, if it is open
  CHECK(server().sql("SELECT min(since) >= to_timestamp(" + std::to_string(newest - 360) + ") FROM minutes") == "t");
}

TEST_CASE("PostgreSQL's clock far ahead of ours deletes nothing") {
  fresh_store x;
  REQUIRE(x.result);
  const auto today_s = server_now_s() - 400 * day_s; // for us; PostgreSQL's is a year later
  const wall_time today{today_s * 1'000'000};
  append(x.database, seconds(today_s, today_s + 10), today);
  const auto report = x.database.maintain(today, kept);
  CHECK_FALSE(report.problem);
  for (const auto& change : report.changes)
    CHECK(change.made);
  CHECK(server().count("samples") == 10);
}
