// Chains and the ledger in a real PostgreSQL: each change is proved in its own transaction, an upgraded database gets
// the entries it lacks.
#include "actors/database_manager/store/ledger.hpp"
#include "actors/evidence/line.hpp"
#include "tests/process/store_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <thread>

using namespace sluice;
using namespace sluice::store;
using namespace sluice::test;

namespace {

/// Whether all entries are in their chain, computed by PostgreSQL's own SHA-256.
std::string broken_entries() {
  return server().sql(
      "SELECT count(*) FROM (SELECT hash, sha256(convert_to(encode(lag(hash, 1, decode(repeat('00', 32), "
      "'hex')) OVER (ORDER BY position), 'hex') || chr(10) || body || chr(10), 'UTF8')) AS right_one "
      "FROM ledger) x WHERE hash <> right_one");
}

std::string kinds() {
  return server().sql("SELECT string_agg(kind || ' ' || subject, ', ' ORDER BY position) FROM ledger");
}

} // namespace

TEST_CASE("each version, end and policy is in the ledger, and what changes nothing is not") {
  fresh_store x;
  REQUIRE(x.result);
  const auto first = *x.database.create(gold(), noon);
  REQUIRE(x.database.create(gold(), later(1)));
  auto changed = gold();
  changed.objective.weight = 9;
  const auto second = *x.database.replace(changed, later(2));
  REQUIRE(x.database.end("oltp-gold", later(3)));
  CHECK(!x.database.end("oltp-gold", later(4)));
  policy_document policy;
  policy.author = "ann";
  policy.tenants = {{"acme", "", 3}};
  const auto stored = *x.database.replace(policy, later(5));
  REQUIRE(x.database.replace(policy, later(6)));

  CHECK(kinds() == "agreement oltp-gold, agreement oltp-gold, agreement-end oltp-gold, policy policy");
  CHECK(broken_entries() == "0");
  const auto body = [](int position) {
    return server().sql("SELECT body FROM ledger WHERE position = " + std::to_string(position));
  };
  CHECK(body(1) == evidence::ledger_line(noon, evidence::line_of(first)));
  CHECK(body(2) == evidence::ledger_line(later(2), evidence::line_of(second)));
  CHECK(body(3) == "2026-11-22T12:00:03.000000Z\tagreement-end\toltp-gold\t2\t2026-11-22T12:00:03.000000Z");
  CHECK(body(4) == evidence::ledger_line(later(5), evidence::line_of(stored)));
  CHECK(server().sql("SELECT string_agg(chain || ' ' || position, ', ') FROM chain_heads") == "ledger 4");
  CHECK(server().sql("SELECT h.hash = l.hash FROM chain_heads h, ledger l WHERE l.position = 4") == "t");
}

TEST_CASE("a clock that was set back is in the ledger as it was, and the version still follows the one before") {
  fresh_store x;
  REQUIRE(x.result);
  REQUIRE(x.database.create(gold(), noon));
  auto changed = gold();
  changed.objective.weight = 9;
  REQUIRE(x.database.replace(changed, later(-3600)));
  CHECK(server().sql(
            "SELECT body LIKE '2026-11-22T11:00:00.000000Z' || chr(9) || 'agreement' || chr(9) || 'oltp-gold' || "
            "chr(9) || '2' || chr(9) || '2026-11-22T12:00:00.000000Z%' FROM ledger WHERE position = 2")
        == "t");
  CHECK(broken_entries() == "0");
}

TEST_CASE("a database from before the ledger gets its entries once, in the order of their times") {
  fresh_store x;
  REQUIRE(x.result);
  const auto first = *x.database.create(gold("b"), noon);
  auto changed = gold("b");
  changed.objective.weight = 9;
  const auto second = *x.database.replace(changed, later(20));
  const auto other = *x.database.create(gold("a"), later(10));
  REQUIRE(x.database.end("b", later(30)));
  const auto again = *x.database.create(gold("b"), later(40));
  policy_document policy;
  policy.author = "ann";
  policy.tenants = {{"acme", "", 3}};
  const auto stored = *x.database.replace(policy, later(5));
  server().sql("ALTER TABLE ledger DISABLE TRIGGER USER; DELETE FROM ledger; DELETE FROM chain_heads");

  database upgraded{settings_for(server().url())};
  REQUIRE(upgraded.open());
  std::string expected;
  for (const auto& line :
       {evidence::line_of(first), evidence::line_of(stored), evidence::line_of(other), evidence::line_of(second),
        evidence::line_of(evidence::agreement_end{"b", 2, later(30)}), evidence::line_of(again)})
    expected += line + '|';
  const auto lines = "SELECT string_agg(substr(body, 29) || '|', '' ORDER BY position) FROM ledger";
  CHECK(server().sql(lines) == expected);
  CHECK(broken_entries() == "0");
  database twice{settings_for(server().url())};
  REQUIRE(twice.open());
  CHECK(server().sql(lines) == expected);
}

TEST_CASE("two that change things at the same time make one chain") {
  fresh_store x;
  REQUIRE(x.result);
  constexpr int each = 20;
  const auto change = [](const std::string& who) {
    database mine{settings_for(server().url())};
    CHECK(mine.open());
    for (int i = 0; i < each; ++i)
      CHECK(mine.create(gold(who + std::to_string(i)), noon));
  };
  std::thread one{change, "ann"};
  std::thread two{change, "bob"};
  one.join();
  two.join();
  CHECK(server().count("ledger") == 2 * each);
  CHECK(broken_entries() == "0");
  CHECK(server().sql("SELECT position FROM chain_heads") == std::to_string(2 * each));
}

TEST_CASE("heads move together, whatever their chains are called") {
  fresh_store x;
  REQUIRE(x.result);
  const std::set<std::string> names{"verdicts/a", "verdicts/\"b\\,{}", "verdicts/é 'NULL'", "decisions"};
  pqxx::connection connection{server().url()};
  {
    pqxx::work transaction{connection};
    auto heads = lock_heads(transaction, names);
    REQUIRE(heads.size() == names.size());
    for (auto& [chain, head] : heads) {
      CHECK(head == evidence::head{});
      head = evidence::next(evidence::next(head, chain), "second");
    }
    store_heads(transaction, heads);
    transaction.commit();
  }
  pqxx::work transaction{connection};
  for (const auto& [chain, head] : lock_heads(transaction, names))
    CHECK(head == evidence::next(evidence::next({}, chain), "second"));
  CHECK(lock_heads(transaction, {}).empty());
}
