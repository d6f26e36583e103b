// Roots and the check of all chains in a real PostgreSQL: whatever a hand at the database does is found.
#include "tests/process/evidence_store_fixture.hpp"

#include <set>

using namespace sluice;
using namespace sluice::store;
using namespace sluice::test;

namespace {

/// What the check says, in short.
std::string said(const check_report& x) {
  return x.broken ? x.broken->chain + " " + std::to_string(x.broken->position) + ": " + x.broken->what : "right";
}

constexpr auto no_triggers = "SET session_replication_role = replica; ";

/// Changes something as its owner's superuser could, checks, and puts it back.
std::string after_change(const std::string& statement) {
  pqxx::connection connection{server().url("sluice", "postgres")};
  pqxx::work transaction{connection};
  transaction.exec(no_triggers + statement);
  // The check sets its own isolation, which it can only at the beginning of a transaction: hence the change is
  // committed.
  transaction.commit();
  return said(check_all());
}

void copy_aside() {
  server().sql(
      "CREATE SCHEMA aside; CREATE TABLE aside.verdicts AS TABLE verdicts; CREATE TABLE aside.decisions AS TABLE "
      "decisions; CREATE TABLE aside.ledger AS TABLE ledger; CREATE TABLE aside.chain_heads AS TABLE chain_heads; "
      "CREATE TABLE aside.roots AS TABLE roots; CREATE TABLE aside.root_leaves AS TABLE root_leaves");
}

void put_back() {
  pqxx::connection connection{server().url("sluice", "postgres")};
  pqxx::work transaction{connection};
  transaction.exec(no_triggers);
  for (const std::string table : {"verdicts", "decisions", "ledger", "chain_heads", "root_leaves", "roots"})
    transaction.exec("DELETE FROM " + table + "; INSERT INTO " + table + " SELECT * FROM aside." + table);
  transaction.commit();
}

} // namespace

TEST_CASE("what was written is right, and counted by another way") {
  proved_store x;
  const auto report = check_all();
  CHECK(said(report) == "right");
  CHECK(report.chains == 4);
  CHECK(report.entries == 2 * 288 * 3 + 12 + std::stoull(server().sql("SELECT count(*) FROM ledger")));
  CHECK(report.roots == 3); // of the day on which the agreements were established, too
  CHECK(report.unproved == 0);
  const auto by_front = x.database.check_evidence(in_may(3 * a_day), kept);
  REQUIRE(by_front);
  CHECK(by_front->entries == report.entries);
  CHECK(said(*by_front) == "right");
  const auto made = x.database.sign_days(x.key, in_may(4 * a_day + 3 * 3600));
  REQUIRE(made);
  CHECK(made->size() == 2);
  CHECK(made->front().day == in_may(2 * a_day));
  CHECK(x.database.sign_days(x.key, in_may(4 * a_day + 3 * 3600))->empty());
}

TEST_CASE("a root is made of each day that ended, once, and holds what was there at its end") {
  proved_store x;
  CHECK(server().sql("SELECT string_agg(day::text, ' ' ORDER BY day) FROM roots")
        == "2024-04-30 2024-05-01 2024-05-02");
  CHECK(make_roots(in_may(3 * a_day - 1), x.key) == 0);
  CHECK(server().sql(
            "SELECT string_agg(chain || ' ' || position, ', ' ORDER BY chain COLLATE \"C\") FROM root_leaves WHERE "
            "day = '2024-05-01'")
        == "decisions 6, decisions/entries 6, ledger 3, ledger/entries 3, verdicts/a 432, verdicts/b 432");
  CHECK(server().sql("SELECT string_agg(kind || ' ' || subject, ', ' ORDER BY position) FROM ledger")
        == "agreement a, agreement b, exclusion a, exclusion b*, root 2024-04-30, root 2024-05-01, root 2024-05-02");
}

TEST_CASE("days that were missed are caught up, a chain that rests keeps its leaf, and keys may change") {
  proved_store x;
  const auto other = test_key(2);
  CHECK(make_roots(in_may(5 * a_day + 3 * 3600), other) == 3);
  CHECK(server().sql("SELECT count(*) FROM root_leaves WHERE chain = 'verdicts/a' AND position = 864") == "4");
  CHECK(server().sql("SELECT count(DISTINCT public_key) FROM roots") == "2");
  CHECK(said(check_all()) == "right");
}

TEST_CASE("a day waits for its verdicts, but not for ever, and no clock that jumped ahead signs a day to come") {
  proved_store x;
  CHECK(make_roots(in_may(3 * a_day + 60), x.key) == 0);
  server().sql("INSERT INTO progress VALUES ('verdicts', '2024-05-04 00:00:00+00')");
  CHECK(make_roots(in_may(3 * a_day + 60), x.key) == 1);
  CHECK(make_roots(in_may(4 * a_day + 3600 * 2), x.key) == 1);
  // 2200-01-01, while PostgreSQL's clock is that of this machine.
  const auto until_today = in_transaction([&](pqxx::work& transaction) {
    transaction.exec("INSERT INTO roots SELECT current_date - 1, root, public_key, signature FROM roots LIMIT 1");
    return make_next_root(transaction, x.key, wall_time{7'258'118'400'000'000});
  });
  CHECK(!until_today);
}

TEST_CASE("property: any row that is changed, removed or swapped is found") {
  proved_store x{30};
  REQUIRE(said(check_all()) == "right");
  copy_aside();
  const std::vector<std::string> changes{
      "UPDATE verdicts SET outcome = 'met' WHERE agreement = 'a' AND position = 7",
      "UPDATE verdicts SET culprit = 'x' WHERE agreement = 'b' AND position = 90",
      "UPDATE verdicts SET since = since + interval '1 us' WHERE agreement = 'a' AND position = 1",
      "UPDATE verdicts SET iops = iops + 1 WHERE agreement = 'a' AND position = 45",
      "UPDATE verdicts SET basis = 'finding' WHERE agreement = 'a' AND position = 45",
      "UPDATE verdicts SET measured_seconds = 1 WHERE agreement = 'a' AND position = 45",
      "UPDATE verdicts SET requests = 0, length_ns = 1 WHERE agreement = 'a' AND position = 45",
      "UPDATE verdicts SET hash = '\\x00' WHERE agreement = 'a' AND position = 12",
      "UPDATE verdicts SET position = 200 WHERE agreement = 'a' AND position = 12",
      "UPDATE verdicts SET position = -12 WHERE agreement = 'a' AND position = 12",
      "UPDATE verdicts SET position = 13 WHERE agreement = 'a' AND position = 12",
      "UPDATE verdicts SET position = 25 - position WHERE agreement = 'a' AND position IN (12, 13)",
      "UPDATE verdicts SET agreement = 'c' WHERE agreement = 'a' AND position = 90",
      "UPDATE verdicts SET agreement = CASE agreement WHEN 'a' THEN 'b' ELSE 'a' END",
      "DELETE FROM verdicts WHERE agreement = 'a' AND position = 1",
      "DELETE FROM verdicts WHERE agreement = 'a' AND position < 30",
      "DELETE FROM verdicts WHERE agreement = 'a' AND position = 33",
      "DELETE FROM verdicts WHERE agreement = 'a' AND position = 90",
      "DELETE FROM verdicts WHERE agreement = 'a'",
      "DELETE FROM verdicts WHERE agreement = 'a'; DELETE FROM chain_heads WHERE chain = 'verdicts/a'",
      "DELETE FROM verdicts WHERE agreement = 'a' AND position > 80; UPDATE chain_heads SET position = 80, hash = "
      "(SELECT "
      "hash FROM verdicts WHERE agreement = 'a' AND position = 80) WHERE chain = 'verdicts/a'",
      "UPDATE decisions SET rule = 'share' WHERE position = 3",
      "UPDATE decisions SET observed = true WHERE position = 12",
      "UPDATE decisions SET capacity = 1, generation = 8 WHERE position = 5",
      "UPDATE decisions SET position = 9 - position WHERE position IN (4, 5)",
      "DELETE FROM decisions WHERE position = 1",
      "DELETE FROM decisions WHERE position = 12",
      "DELETE FROM decisions",
      "UPDATE ledger SET body = replace(body, 'acme', 'acne') WHERE position = 1",
      "UPDATE ledger SET at = at + interval '1 us' WHERE position = 2",
      "UPDATE ledger SET kind = 'policy' WHERE position = 2",
      "UPDATE ledger SET subject = 'c' WHERE position = 3",
      "UPDATE ledger SET hash = sha256('x') WHERE position = 4",
      "UPDATE ledger SET position = 3 - position WHERE position IN (1, 2)",
      "DELETE FROM ledger WHERE position = 3",
      "DELETE FROM ledger WHERE position = (SELECT max(position) FROM ledger)",
      "DELETE FROM ledger",
      "UPDATE chain_heads SET position = position + 1 WHERE chain = 'decisions'",
      "UPDATE chain_heads SET hash = sha256('x') WHERE chain = 'verdicts/b'",
      "UPDATE chain_heads SET hash = '\\x' WHERE chain = 'ledger'",
      "DELETE FROM chain_heads WHERE chain = 'ledger'",
      "DELETE FROM chain_heads",
      "UPDATE root_leaves SET position = position - 1 WHERE chain = 'verdicts/a'",
      "UPDATE root_leaves SET hash = sha256('x') WHERE chain = 'decisions/entries'",
      "DELETE FROM root_leaves WHERE chain = 'verdicts/b'",
      "INSERT INTO root_leaves SELECT day, 'verdicts/z', 1, root FROM roots",
      "UPDATE roots SET root = sha256('x') WHERE day = '2024-05-01'",
      "UPDATE roots SET signature = signature || '\\x00'",
      "UPDATE roots SET public_key = sha256('x') WHERE day = '2024-05-01'",
      "DELETE FROM root_leaves; DELETE FROM roots",
  };
  for (const auto& change : changes) {
    CAPTURE(change);
    std::string what;
    try {
      what = after_change(change);
    } catch (const std::exception& unreadable) { // a transaction of the store says this as a sentence
      what = unreadable.what();
    }
    CHECK(what != "right");
    put_back();
  }
  CHECK(said(check_all()) == "right");
}

TEST_CASE("property: a random change of a random row is found, and the place is named") {
  proved_store x{30};
  copy_aside();
  std::uint64_t state = 1;
  const auto random = [&state](std::uint64_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % below;
  };
  const std::vector<std::string> columns{"version = version + 1",
                                         "length_ns = length_ns - 1",
                                         "outcome = outcome || 'x'",
                                         "cause = 'backend'",
                                         "culprit = culprit || ' '",
                                         "measured_ns = 0",
                                         "target_ns = 1",
                                         "iops = iops # 4",
                                         "requests = requests # 1",
                                         "basis = ''"};
  for (int round = 0; round < 20; ++round) {
    const auto position = std::to_string(1 + random(90));
    const std::string agreement = random(2) == 0 ? "a" : "b";
    const auto where = " WHERE agreement = '" + agreement + "' AND position = " + position;
    const auto change = random(4) == 0 ? "DELETE FROM verdicts" + where
                                       : "UPDATE verdicts SET " + columns[random(columns.size())] + where;
    CAPTURE(change);
    const auto what = after_change(change);
    CHECK(what.starts_with("verdicts/" + agreement + " " + position + ": "));
    put_back();
  }
}

TEST_CASE("terms that a hand changed are not what the ledger says") {
  for (const std::string change : {"UPDATE agreements SET weight = 9 WHERE name = 'a'",
                                   "DELETE FROM agreement_latency_points WHERE name = 'b' AND point = 1",
                                   "UPDATE agreements SET valid_until = valid_from WHERE name = 'a'",
                                   "UPDATE exclusions SET reason = 'x' WHERE id = 1", "DELETE FROM exclusions",
                                   "INSERT INTO policies VALUES (1, 'x', '', now(), NULL)"}) {
    proved_store x{6};
    CAPTURE(change);
    CHECK(after_change(change).starts_with("ledger "));
  }
}

TEST_CASE("what retention dropped is missed only where it is still to be kept") {
  proved_store x{3 * 144};
  server().sql("DELETE FROM verdicts WHERE since < '2024-05-02'; DELETE FROM decisions WHERE at < '2024-05-02'");
  CHECK(said(check_all()) == "decisions 1: is missing, although entries of 2024-05-01 are still kept");
  const auto kept_since = in_may(a_day);
  const auto report = check_all(kept_since, kept_since);
  CHECK(said(report) == "right");
  CHECK(report.unproved == 0);
  CHECK(said(check_all(kept_since, in_may(0))).starts_with("decisions 1: is missing"));
  CHECK(export_text("a", in_may(a_day), in_may(2 * a_day), x.key));
  const auto early = export_text("a", in_may(0), in_may(2 * a_day), x.key);
  REQUIRE(early);
  REQUIRE(verified(*early) == "right");
  CHECK(content(*early).verdicts == 432);
  server().sql("DELETE FROM verdicts");
  CHECK(said(check_all(kept_since, kept_since)) != "right");
}
