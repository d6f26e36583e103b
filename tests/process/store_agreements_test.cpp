// Agreements and operators' orders with their whole history, against a real PostgreSQL.
#include "tests/process/store_fixture.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::store;
using namespace sluice::test;

namespace {

override_order order_for(const std::string& client, std::uint64_t iops) {
  override_order x;
  x.stream = {"gw1", "batch", client};
  x.iops.per_second = iops;
  x.who = "ann";
  x.why = "backup runs over";
  return x;
}

} // namespace

TEST_CASE("an agreement comes back as it was established, with version and time") {
  fresh_store x;
  REQUIRE(x.result);
  const auto stored = x.database.create(gold(), noon);
  REQUIRE(stored);
  auto expected = gold();
  expected.version = 1;
  expected.since = noon;
  CHECK(*stored == expected);
  CHECK(x.database.terms(noon)->agreements == std::vector{expected});
  CHECK(*x.database.history("oltp-gold") == std::vector{expected});
}

TEST_CASE("a plain agreement without burst and latency comes back as well") {
  fresh_store x;
  REQUIRE(x.result);
  agreement plain;
  plain.name = "plain";
  plain.tenant = "acme";
  REQUIRE(x.database.create(plain, noon));
  plain.version = 1;
  plain.since = noon;
  CHECK(x.database.terms(noon)->agreements == std::vector{plain});
}

TEST_CASE("creating twice the same is answered as stored, creating another is refused") {
  fresh_store x;
  REQUIRE(x.result);
  const auto first = *x.database.create(gold(), noon);
  CHECK(*x.database.create(gold(), later(5)) == first);
  auto other = gold();
  other.objective.weight = 5;
  const auto refused = x.database.create(other, later(6));
  REQUIRE_FALSE(refused);
  CHECK(refused.why().kind == failure_kind::already_exists);
  CHECK(x.database.history("oltp-gold")->size() == 1);
}

TEST_CASE("replacing makes a version, replacing by the same makes none") {
  fresh_store x;
  REQUIRE(x.result);
  CHECK(x.database.replace(gold(), noon)->version == 1); // a first one
  auto changed = gold();
  changed.objective.latency.pop_back();
  const auto second = *x.database.replace(changed, later(60));
  CHECK(second.version == 2);
  CHECK(second.since == later(60));
  CHECK(*x.database.replace(changed, later(90)) == second);
  const auto history = *x.database.history("oltp-gold");
  REQUIRE(history.size() == 2);
  CHECK(history[0] == second);
  CHECK(history[1].objective.latency.size() == 2);
  CHECK(x.database.terms(later(90))->agreements == std::vector{second});
  CHECK(server().sql("SELECT a.valid_until = b.valid_from FROM agreements a, agreements b "
                     "WHERE a.version = 1 AND b.version = 2")
        == "t");
}

TEST_CASE("suspending and resuming make versions") {
  fresh_store x;
  REQUIRE(x.result);
  REQUIRE(x.database.create(gold(), noon));
  auto held_up = gold();
  held_up.suspended = true;
  const auto second = *x.database.replace(held_up, later(60));
  CHECK(second.version == 2);
  CHECK(second.suspended);
  CHECK(x.database.terms(later(90))->agreements == std::vector{second});
  CHECK(x.database.replace(gold(), later(120))->version == 3);
  const auto history = *x.database.history("oltp-gold");
  REQUIRE(history.size() == 3);
  CHECK_FALSE(history[0].suspended);
  CHECK(history[1] == second);
}

TEST_CASE("an ended agreement is out of force, stays in the history, and its name may be used again") {
  fresh_store x;
  REQUIRE(x.result);
  const auto first = *x.database.create(gold(), noon);
  CHECK(*x.database.end("oltp-gold", later(10)) == first);
  CHECK(x.database.terms(later(11))->agreements.empty());
  const auto again = x.database.end("oltp-gold", later(12));
  REQUIRE_FALSE(again);
  CHECK(again.why().kind == failure_kind::not_found);
  CHECK(x.database.create(gold(), later(20))->version == 2);
  CHECK(x.database.history("oltp-gold")->size() == 2);
}

TEST_CASE("a name stands for one tenant, also after its end") {
  fresh_store x;
  REQUIRE(x.result);
  REQUIRE(x.database.create(gold(), noon));
  auto other = gold();
  other.tenant = "umbrella";
  CHECK(x.database.replace(other, later(5)).why().kind == failure_kind::already_exists);
  REQUIRE(x.database.end(gold().name, later(10)));
  CHECK(x.database.create(other, later(20)).why().kind == failure_kind::already_exists);
  CHECK(x.database.create(gold(), later(30))->version == 2);
}

TEST_CASE("what never was is not found") {
  fresh_store x;
  REQUIRE(x.result);
  CHECK(x.database.history("nobody").why().kind == failure_kind::not_found);
  CHECK(x.database.end("nobody", noon).why().kind == failure_kind::not_found);
  CHECK(x.database.retract({"g", "v", "c"}, noon).why().kind == failure_kind::not_found);
}

TEST_CASE("a wall clock that is set back makes no version that ends before it begins") {
  fresh_store x;
  REQUIRE(x.result);
  REQUIRE(x.database.create(gold(), noon));
  auto changed = gold();
  changed.objective.weight = 9;
  CHECK(x.database.replace(changed, later(-3600))->since == noon);
  CHECK(x.database.end("oltp-gold", later(-3600)));
}

TEST_CASE("nobody changes or deletes the history, by whatever program") {
  fresh_store x;
  REQUIRE(x.result);
  REQUIRE(x.database.create(gold(), noon));
  CHECK_THROWS_AS(server().sql("DELETE FROM agreements"), pqxx::sql_error);
  CHECK_THROWS_AS(server().sql("UPDATE agreements SET weight = 1"), pqxx::sql_error);
  CHECK_THROWS_AS(server().sql("UPDATE agreement_latency_points SET target_ns = 1"), pqxx::sql_error);
  REQUIRE(x.database.end("oltp-gold", later(1)));
  CHECK_THROWS_AS(server().sql("UPDATE agreements SET valid_until = NULL"), pqxx::sql_error);
}

TEST_CASE("the latest order for a stream is in force until it is taken back") {
  fresh_store x;
  REQUIRE(x.result);
  const auto first = *x.database.order(order_for("a", 100), noon);
  CHECK(first.since == noon);
  CHECK(*x.database.order(order_for("a", 100), later(5)) == first); // repeated
  const auto second = *x.database.order(order_for("a", 50), later(10));
  REQUIRE(x.database.order(order_for("b", 70), later(11)));
  const auto in_force = x.database.terms(later(12))->overrides;
  REQUIRE(in_force.size() == 2);
  CHECK(in_force[0] == second);
  CHECK(*x.database.retract(second.stream, later(20)) == second);
  CHECK(x.database.terms(later(21))->overrides.size() == 1);
  CHECK(server().count("overrides") == 3); // every one is kept
}

TEST_CASE("an order with an end is gone when that has come") {
  fresh_store x;
  REQUIRE(x.result);
  auto brief = order_for("a", 100);
  brief.until = later(600);
  REQUIRE(x.database.order(brief, noon));
  CHECK(x.database.terms(later(599))->overrides.size() == 1);
  CHECK(x.database.terms(later(600))->overrides.empty());
  CHECK(x.database.retract(brief.stream, later(700)).why().kind == failure_kind::not_found);
  CHECK(x.database.order(order_for("a", 30), later(800))); // a new one takes its place
  CHECK(server().sql("SELECT valid_until = expires FROM overrides ORDER BY id LIMIT 1") == "t");
}
