// Rows, verdicts, events and their partitions, against a real PostgreSQL.
#include "tests/process/store_fixture.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::store;
using namespace sluice::test;

namespace {

constexpr std::int64_t day_s = 86'400;

std::uint64_t append_one(database& x, const batch_ptr& batch, wall_time now = noon) {
  const std::vector<batch_ptr> batches{batch};
  const auto stored = x.append(batches, now, kept);
  REQUIRE_MESSAGE(stored, (stored ? "" : stored.why().text));
  return stored->fresh[0];
}

verdict violation(std::uint32_t point) {
  verdict x;
  x.agreement = "oltp-gold";
  x.version = 1;
  x.point = point;
  x.from = noon;
  x.length = std::chrono::seconds{10};
  x.outcome = verdict_outcome::violated;
  x.cause = violation_cause::stream;
  x.culprit = "gw1/batch/b";
  x.measured = std::chrono::milliseconds{21};
  x.target = std::chrono::milliseconds{5};
  x.iops = 1990;
  return x;
}

event loss(const std::string& text) {
  event x;
  x.at = noon;
  x.kind = event_kind::gateway_lost;
  x.subject = "gw1";
  x.text = text;
  return x;
}

/// What is dropped depends on PostgreSQL's clock, which is the real one.
std::int64_t server_now_s() {
  return std::stoll(server().sql("SELECT extract(epoch FROM now())::bigint"));
}

std::int64_t in_partition(const std::string& partition) {
  return server().count(partition);
}

} // namespace

TEST_CASE("a row is stored with its figures") {
  fresh_store x;
  REQUIRE(x.result);
  auto row = row_of("a", noon_s, 41, 0xffff'ffff'ffff'fff0);
  row.total.backend_latency.record(std::chrono::milliseconds{2});
  row.total.backend_latency.record(std::chrono::milliseconds{2});
  row.total.mean_in_flight = 2.5;
  row.total.control = control_state::throttled;
  CHECK(append_one(x.database, batch_of({row})) == 1);
  // 2 ms is 2^20 ns * 1.907: power 20, eighth 7 of [2^20, 2^21), hence bucket (20 - 10) * 8 + 7 = 87;
  // 87 * 2^23 + 2 = 729808898.
  CHECK(server().sql("SELECT concat_ws('|', gateway, volume, client, second, incarnation, first_sequence, samples, "
                     "interval_ns, arrivals, completions, reads, writes, mean_in_flight, control, backend, "
                     "backend_latency_sum_ns, backend_latency, total_latency_sum_ns) "
                     "FROM samples JOIN streams ON id = stream")
        == "gw1|oltp|a|2026-11-22 12:00:00+00|-16|41|1|100000000|12|10|6|4|2.5|2|disk|4000000|{729808898}|3000000");
}

TEST_CASE("a row that is sent again is stored once, in the same batch or a later one") {
  fresh_store x;
  REQUIRE(x.result);
  const auto row = row_of("a", noon_s);
  CHECK(append_one(x.database, batch_of({row, row, row_of("a", noon_s + 1, 11)})) == 2);
  CHECK(append_one(x.database, batch_of({row, row_of("b", noon_s)})) == 1);
  CHECK(server().count("samples") == 3);
}

TEST_CASE("two halves of a second and two lives of a gateway are rows of their own") {
  fresh_store x;
  REQUIRE(x.result);
  CHECK(append_one(x.database, batch_of({row_of("a", noon_s, 1), row_of("a", noon_s, 6), row_of("a", noon_s, 1, 2)}))
        == 3);
  CHECK(server().sql("SELECT sum(completions) FROM samples") == "30");
}

TEST_CASE("several batches in one transaction are each told what was new") {
  fresh_store x;
  REQUIRE(x.result);
  const auto a = row_of("a", noon_s);
  const auto b = row_of("b", noon_s);
  const std::vector<batch_ptr> batches{batch_of({a}), batch_of({a, b}, {violation(0)}), batch_of({b})};
  CHECK(x.database.append(batches, noon, kept)->fresh == std::vector<std::uint64_t>{1, 2, 0});
}

TEST_CASE("findings, events and audit entries are stored once as well") {
  fresh_store x;
  REQUIRE(x.result);
  const auto batch = batch_of({}, {violation(0), violation(1)}, {loss("silent for 1 s"), loss("silent for 2 s")});
  CHECK(append_one(x.database, batch) == 4);
  CHECK(append_one(x.database, batch) == 0);
  CHECK(server().sql("SELECT concat_ws('|', agreement, version, point, since, length_ns, outcome, cause, culprit, "
                     "measured_ns, target_ns, iops) FROM findings WHERE point = 1")
        == "oltp-gold|1|1|2026-11-22 12:00:00+00|10000000000|violated|stream|gw1/batch/b|21000000|5000000|1990");
  CHECK(server().sql("SELECT concat_ws('|', at, kind, subject, text) FROM events ORDER BY text LIMIT 1")
        == "2026-11-22 12:00:00+00|gateway-lost|gw1|silent for 1 s");
}

TEST_CASE("text that looks like COPY's own signs is stored as it is") {
  fresh_store x;
  REQUIRE(x.result);
  const std::string text = "tab\t line\n back\\ \\N {a,\"b\"} 'q' é";
  CHECK(append_one(x.database, batch_of({}, {}, {loss(text), loss("\\N"), loss("")})) == 3);
  CHECK(server().sql("SELECT text FROM events ORDER BY length(text) DESC LIMIT 1") == text);
}

TEST_CASE("a stream keeps its number over restarts") {
  fresh_store x;
  REQUIRE(x.result);
  append_one(x.database, batch_of({row_of("a", noon_s), row_of("b", noon_s)}));
  database again{settings_for(server().url())};
  REQUIRE(again.open());
  append_one(again, batch_of({row_of("b", noon_s + 1, 11), row_of("c", noon_s + 1)}));
  CHECK(server().sql("SELECT string_agg(client || id, ' ' ORDER BY id) FROM streams") == "a1 b2 c3");
}

TEST_CASE("partitions are ready for today and two days more, once") {
  fresh_store x;
  REQUIRE(x.result);
  const auto first = x.database.maintain(noon, kept);
  CHECK_FALSE(first.problem);
  CHECK(first.changes.size() == 14); // three days of samples and minutes, one month of eight tables
  CHECK(x.database.maintain(later(3600), kept).changes.empty());
  const auto tomorrow = x.database.maintain(later(day_s), kept);
  REQUIRE(tomorrow.changes.size() == 2); // samples and minutes
  CHECK(tomorrow.changes[0].span == "20261125");
  append_one(x.database, batch_of({row_of("a", noon_s)}));
  CHECK(in_partition("samples_20261122") == 1);
}

TEST_CASE("a day within what is kept gets its partition when its first row comes") {
  fresh_store x;
  REQUIRE(x.result);
  append_one(x.database, batch_of({row_of("a", noon_s - 3 * day_s)}));
  CHECK(in_partition("samples_20261119") == 1);
}

TEST_CASE("a row of an impossible day is kept in the default partition") {
  fresh_store x;
  REQUIRE(x.result);
  CHECK(append_one(x.database, batch_of({row_of("a", 1'000'000'000), row_of("a", noon_s + 400 * day_s)})) == 2);
  CHECK(in_partition("samples_default") == 2);
  CHECK(x.database.maintain(noon, kept).changes.size() == 14);
  CHECK(in_partition("samples_default") == 2); // stored just now: not yet old, whatever its label
}

TEST_CASE("rows that came before their day move to its partition when that is made") {
  fresh_store x;
  REQUIRE(x.result);
  append_one(x.database, batch_of({row_of("a", noon_s + 10 * day_s), row_of("a", noon_s + 11 * day_s)}));
  CHECK(in_partition("samples_default") == 2);
  CHECK_FALSE(x.database.maintain(later(10 * day_s), kept).problem);
  CHECK(in_partition("samples_default") == 0);
  CHECK(in_partition("samples_20261202") == 1);
  CHECK(in_partition("samples_20261203") == 1);
  CHECK(append_one(x.database, batch_of({row_of("a", noon_s + 10 * day_s)}), later(10 * day_s)) == 0);
}

TEST_CASE("partitions older than what is kept are dropped") {
  fresh_store x;
  REQUIRE(x.result);
  const auto today_s = server_now_s();
  const wall_time today{today_s * 1'000'000};
  append_one(x.database,
             batch_of({row_of("a", today_s - 3 * day_s), row_of("a", today_s - 2 * day_s), row_of("a", today_s)}),
             today);
  auto two_days = kept;
  two_days[growing_table::samples] = 2;
  const auto report = x.database.maintain(today, two_days);
  CHECK_FALSE(report.problem);
  const auto is_there = [](std::int64_t second_s) {
    const auto name = "samples_" + suffix_of(span_of(span_length::day, day_of(wall_time{second_s * 1'000'000})));
    return server().count("pg_class WHERE relname = '" + name + "'") == 1;
  };
  CHECK_FALSE(is_there(today_s - 3 * day_s));
  CHECK(is_there(today_s - 2 * day_s));
  CHECK(is_there(today_s));
  CHECK(server().count("samples") == 2);
}

TEST_CASE("a clock that jumped ahead by a year deletes nothing") {
  fresh_store x;
  REQUIRE(x.result);
  const auto today_s = server_now_s();
  const wall_time today{today_s * 1'000'000};
  append_one(x.database, batch_of({row_of("a", today_s)}), today);
  const auto report = x.database.maintain(wall_time{(today_s + 400 * day_s) * 1'000'000}, kept);
  for (const auto& change : report.changes)
    CHECK(change.made);
  CHECK(server().count("samples") == 1);
}

TEST_CASE("a partition that cannot be made for a lock does not hold up the rows") {
  fresh_store x;
  REQUIRE(x.result);
  REQUIRE_FALSE(x.database.maintain(noon, kept).problem);
  pqxx::connection other{server().url()};
  pqxx::work reader{other};
  reader.exec("SELECT count(*) FROM samples"); // its lock on the default partition lasts as long as its transaction
  CHECK(append_one(x.database, batch_of({row_of("a", noon_s - day_s)})) == 1);
  CHECK(x.database.maintain(later(day_s), kept).problem);
  reader.abort();
  CHECK_FALSE(x.database.maintain(later(day_s), kept).problem);
  CHECK(server().count("samples") == 1);
}
