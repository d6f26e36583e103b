// What is derived from rows and what surrounds their storing, against a real PostgreSQL: late rows, replayed seconds,
// decisions, verdicts, and what goes wrong in the midst of a COPY.
#include "tests/process/store_fixture.hpp"

#include <cstdlib>
#include <fstream>
#include <thread>

#include <limits>

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::store;
using namespace sluice::test;

namespace {

appended append_at(database& x, const std::vector<batch_ptr>& batches, std::int64_t closed_until_s = 0) {
  auto stored = x.append(batches, noon, kept, closed_until_s);
  REQUIRE_MESSAGE(stored, (stored ? "" : stored.why().text));
  return std::move(*stored);
}

sample_row part_of(const std::string& client, std::int64_t second_s, std::uint64_t first, std::uint64_t last) {
  auto row = row_of(client, second_s, first);
  row.last_sequence = last;
  row.samples = static_cast<std::uint32_t>(last - first + 1);
  row.total.completions = row.samples;
  return row;
}

std::string ranges(const std::string& table) {
  return server().sql(
      "SELECT coalesce(string_agg(first_sequence || '-' || last_sequence || ':' || completions, ' ' ORDER BY "
      "second, first_sequence), '') FROM "
      + table);
}

/// Rows of the agreement's stream, one per second, and what follows from them.
batch_ptr seconds(std::int64_t from, std::int64_t to, std::int64_t everything_until) {
  auto batch = std::make_shared<packed_batch>();
  for (auto s = from; s < to; ++s)
    batch->rows.push_back(pack(part_of("10.0.0.7", s, static_cast<std::uint64_t>(s - noon_s + 100) * 10,
                                       static_cast<std::uint64_t>(s - noon_s + 100) * 10 + 9)));
  batch->everything_until = everything_until;
  return batch;
}

/// As the store worker does it.
void take(database& x, history::derivation& derived, const batch_ptr& batch) {
  const std::vector<batch_ptr> batches{batch};
  append_at(x, batches, derived.closed_until());
  x.derive(batches, derived, std::numeric_limits<std::int64_t>::max());
  bool more = true;
  while (more) {
    more = derived.advance();
    if (!derived.due().empty()) {
      const auto written = x.write(derived.due(), noon, kept);
      REQUIRE_MESSAGE(written, (written ? "" : written.why().text));
      derived.written();
    }
  }
}

std::string derived_tables() {
  return server().sql(
      "SELECT md5(string_agg(t, E'\\n' ORDER BY t)) FROM (SELECT m::text AS t FROM minutes m UNION ALL SELECT "
      "concat_ws('|', agreement, version, point, since, outcome, measured_ns, iops, requests, "
      "measured_seconds, position, hash) FROM verdicts UNION ALL SELECT c::text FROM compliance_hours c "
      "UNION ALL SELECT p::text FROM progress p) x");
}

} // namespace

TEST_CASE("a row of a closed second is kept apart, once, and only if it is not known") {
  fresh_store x;
  REQUIRE(x.result);
  append_at(x.database, {batch_of({part_of("a", noon_s, 1, 10)})});
  const auto late =
      batch_of({part_of("a", noon_s, 1, 10), part_of("b", noon_s, 1, 10), part_of("b", noon_s + 9, 91, 99)});
  const auto stored = append_at(x.database, {late}, noon_s + 5);
  CHECK(stored.fresh == std::vector<std::uint64_t>{2});
  CHECK(stored.late == 1);
  CHECK(ranges("late_samples") == "1-10:10");
  CHECK(ranges("samples") == "1-10:10 91-99:9");
  CHECK(append_at(x.database, {late}, noon_s + 5).fresh == std::vector<std::uint64_t>{0});
  CHECK(server().count("late_samples") == 1);
}

TEST_CASE("of two rows with one key the one with the later last sequence stays") {
  fresh_store x;
  REQUIRE(x.result);
  append_at(x.database, {batch_of({part_of("a", noon_s, 1, 4)})});
  append_at(x.database, {batch_of({part_of("a", noon_s, 1, 10)})});
  CHECK(ranges("samples") == "1-10:10");
  append_at(x.database, {batch_of({part_of("a", noon_s, 1, 4)})});
  CHECK(ranges("samples") == "1-10:10");
}

TEST_CASE("a replayed second takes the place of its halves, in whatever order they come") {
  fresh_store x;
  REQUIRE(x.result);
  append_at(x.database, {batch_of({part_of("a", noon_s, 1, 4), part_of("a", noon_s, 5, 10)})});
  CHECK(append_at(x.database, {batch_of({part_of("a", noon_s, 1, 10)})}).detour);
  CHECK(ranges("samples") == "1-10:10");
  append_at(x.database, {batch_of({part_of("a", noon_s, 1, 4), part_of("a", noon_s, 5, 10)})});
  CHECK(ranges("samples") == "1-10:10");
}

TEST_CASE("a decision is stored and chained once") {
  fresh_store x;
  REQUIRE(x.result);
  decision d;
  d.at = noon;
  d.what.stream = {"gw1", "oltp", "a"};
  d.what.generation = 7;
  d.what.now.iops.per_second = 500;
  d.what.why.rule = throttle_rule::protection;
  d.what.why.beneficiary = "gold";
  auto batch = std::make_shared<packed_batch>();
  batch->decisions.push_back(d);
  CHECK(append_at(x.database, {batch}).fresh[0] == 1);
  d.what.generation = 9; // the same decision, told by a restarted server
  batch = std::make_shared<packed_batch>();
  batch->decisions.push_back(d);
  d.what.why.rule = throttle_rule::share;
  batch->decisions.push_back(d);
  CHECK(append_at(x.database, {batch}).fresh[0] == 1);
  CHECK(server().sql("SELECT string_agg(position || rule, ' ' ORDER BY position) FROM decisions")
        == "1protection 2share");
  CHECK(
      server().sql("SELECT h.position || ' ' || (h.hash = d.hash) FROM chain_heads h JOIN decisions d USING (position) "
                   "WHERE chain = 'decisions'")
      == "2 true");
}

TEST_CASE("minutes and verdicts are the same when it is restarted after any batch") {
  std::vector<std::string> results;
  for (const int restart_after : {-1, 0, 1, 2, 3, 4, 5}) {
    CAPTURE(restart_after);
    fresh_store x;
    REQUIRE(x.result);
    REQUIRE(x.database.create(gold(), later(-100)));
    history::derivation derived;
    REQUIRE(x.database.read_back(derived));
    std::unique_ptr<database> again;
    auto* now = &x.database;
    std::int64_t from = noon_s;
    for (int i = 0; i < 6; ++i) {
      const auto to = from + 17 + 5 * i;
      take(*now, derived, seconds(from, to, i == 0 ? noon_s + 26 : to));
      from = to;
      if (i == restart_after) {
        again = std::make_unique<database>(settings_for(server().url()));
        REQUIRE(again->open());
        now = again.get();
        REQUIRE(now->read_back(derived));
      }
    }
    CHECK(server().count("minutes") == 2);
    CHECK(server().count("verdicts") > 10);
    CHECK(server().sql("SELECT sum(met + violated + exempt + no_data) FROM compliance_hours WHERE point >= 0")
          == server().sql("SELECT count(*) FROM verdicts"));
    results.push_back(derived_tables());
  }
  for (const auto& result : results)
    CHECK(result == results.front());
}

TEST_CASE(
    "a connection that is cut in the midst of a COPY leaves nothing, and the batch is stored when it is repeated") {
  fresh_store x;
  REQUIRE(x.result);
  std::vector<batch_ptr> batches;
  for (int i = 0; i < 40; ++i) {
    std::vector<sample_row> rows;
    for (int k = 0; k < 500; ++k)
      rows.push_back(row_of("c" + std::to_string(k), noon_s + i));
    batches.push_back(batch_of(rows));
  }
  REQUIRE_FALSE(x.database.maintain(noon, kept).problem);
  append_at(x.database, {batch_of({row_of("first", noon_s)})});
  std::thread cutter{[] {
    // Until the COPY is seen at work: then its server process is ended.
    while (
        server().sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE 'COPY%' AND state "
                     "= 'active' AND pid <> pg_backend_pid()")
        == "0")
      std::this_thread::yield();
  }};
  auto stored = x.database.append(batches, noon, kept);
  while (stored) // it was faster: once more, into other seconds
  {
    for (auto& batch : batches) {
      auto moved = std::make_shared<packed_batch>(*batch);
      for (auto& row : moved->rows)
        row.second += 100;
      batch = std::move(moved);
    }
    stored = x.database.append(batches, noon, kept);
  }
  cutter.join();
  CHECK(stored.why().kind == failure_kind::away);
  const auto before = server().count("samples");
  REQUIRE(x.database.open());
  const auto again = append_at(x.database, batches);
  for (const auto fresh : again.fresh)
    CHECK(fresh == 500);
  CHECK(server().count("samples") == before + 20'000);
}

TEST_CASE("a deadlock and a serialization failure are busy: nothing is stored, the same may pass later") {
  fresh_store x;
  REQUIRE(x.result);
  REQUIRE_FALSE(x.database.maintain(noon, kept).problem);
  server().sql(
      "CREATE TABLE trouble (code text);"
      "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE c text := (SELECT code FROM trouble); "
      "BEGIN IF c IS NOT NULL THEN RAISE EXCEPTION USING ERRCODE = c; END IF; RETURN NEW; END $$;"
      "CREATE TRIGGER fails BEFORE INSERT ON samples FOR EACH ROW EXECUTE FUNCTION fail()");
  for (const std::string code : {"40P01", "40001", "53100"}) { // deadlock, serialization, disk full
    CAPTURE(code);
    server().sql("INSERT INTO trouble VALUES ('" + code + "')");
    const std::vector<batch_ptr> batches{batch_of({row_of("a", noon_s)})};
    const auto failed = x.database.append(batches, noon, kept);
    REQUIRE_FALSE(failed);
    CHECK(failed.why().kind == failure_kind::busy);
    CHECK(server().count("samples") == 0);
    server().sql("TRUNCATE trouble");
    CHECK(append_at(x.database, batches).fresh[0] == 1);
    server().sql("TRUNCATE samples");
  }
}

TEST_CASE("a full disk is busy, and what was refused is stored when there is room") {
  fresh_store x;
  REQUIRE(x.result);
  const auto place = server().directory() / "small";
  std::filesystem::create_directory(place);
  if (std::system(("mount -t tmpfs -o size=1m,mode=0777 none " + place.string() + " 2>/dev/null").c_str()) != 0) {
    MESSAGE("skipped: this process may not mount a tmpfs");
    return;
  }
  const struct unmount {
    std::filesystem::path what;
    ~unmount() {
      server().clear();
      static_cast<void>(std::system(("umount -l " + what.string()).c_str()));
    }
  } at_end{place};
  static_cast<void>(
      std::system(("chown --reference=" + (server().directory() / "cluster").string() + " " + place.string()).c_str()));
  {
    pqxx::connection connection{server().url("sluice", "postgres")};
    pqxx::nontransaction direct{connection};
    direct.exec0("CREATE TABLESPACE small LOCATION '" + place.string() + "'");
    direct.exec0("GRANT CREATE ON TABLESPACE small TO sluice");
  }
  REQUIRE_FALSE(x.database.maintain(noon, kept).problem);
  server().sql("ALTER TABLE samples_20261122 SET TABLESPACE small");
  std::vector<batch_ptr> batches;
  std::vector<sample_row> rows;
  for (int k = 0; k < 5000; ++k)
    rows.push_back(row_of("c" + std::to_string(k), noon_s));
  batches.push_back(batch_of(rows));
  const auto failed = x.database.append(batches, noon, kept);
  REQUIRE_FALSE(failed);
  CHECK(failed.why().kind == failure_kind::busy);
  CHECK(failed.why().text.find("No space left") != std::string::npos);
  CHECK(server().count("samples") == 0);
  REQUIRE(std::system(("mount -o remount,size=64m " + place.string()).c_str()) == 0);
  CHECK(append_at(x.database, batches).fresh[0] == 5000);
  server().sql("ALTER TABLE samples_20261122 SET TABLESPACE pg_default");
  pqxx::connection connection{server().url("sluice", "postgres")};
  pqxx::nontransaction direct{connection};
  direct.exec0("DROP TABLESPACE small");
}
