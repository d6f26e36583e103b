// The policy with its whole history, against a real PostgreSQL.
#include "tests/process/store_fixture.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace sluice;
using namespace sluice::store;
using namespace sluice::test;

namespace {

policy_document trial(const std::string& mode = "observe") {
  const auto set = [](const char* name, const std::string& text) {
    return policy_setting{name, parse_setting(*find_policy_key(name), text).value()};
  };
  policy_document x;
  x.defaults = {set("mode", mode), set("aim.mean", "62.5%"), set("deficit.yield", "gold, best-effort")};
  x.backends = {{"ssd*", {set("knee", "1500us")}}, {"array", {}}};
  x.tenants = {{"acme", "", 10}, {"lab", "acme", 3}};
  x.author = "ann";
  x.reason = "a trial, 'quoted'";
  return x;
}

} // namespace

TEST_CASE("where no policy was ever stored an empty one is in force, of version 0") {
  fresh_store x;
  REQUIRE(x.result);
  CHECK(x.database.terms(noon)->policy == policy_document{});
  CHECK(x.database.policy_history()->empty());
}

TEST_CASE("a policy comes back as it was established, and another connection finds it") {
  fresh_store x;
  REQUIRE(x.result);
  const auto stored = x.database.replace(trial(), noon);
  REQUIRE(stored);
  auto expected = trial();
  expected.version = 1;
  expected.since = noon;
  CHECK(*stored == expected);
  database other{settings_for(server().url())};
  REQUIRE(other.open());
  CHECK(other.terms(noon)->policy == expected);
  CHECK(*other.policy_history() == std::vector{expected});
}

TEST_CASE("an equal policy by somebody else makes no version, a different one does, newest first") {
  fresh_store x;
  REQUIRE(x.result);
  const auto first = *x.database.replace(trial(), noon);
  auto same = trial();
  same.author = "bob";
  CHECK(*x.database.replace(same, later(5)) == first);
  const auto second = *x.database.replace(trial("enforce"), later(10));
  CHECK(second.version == 2);
  CHECK(second.since == later(10));
  CHECK(*x.database.policy_history() == std::vector{second, first});
  CHECK(x.database.replace(policy_document{{}, {}, {}, 0, "ann", {}, {}}, later(-60))->since == later(10));
  CHECK(x.database.terms(later(20))->policy.defaults.empty());
}

TEST_CASE("changes at the same time become versions one after the other") {
  fresh_store x;
  REQUIRE(x.result);
  constexpr int each = 20;
  const auto change = [](const std::string& who) {
    database mine{settings_for(server().url())};
    CHECK(mine.open());
    for (int i = 0; i < each; ++i) {
      auto policy = trial();
      policy.author = who;
      policy.tenants = {{who, "", static_cast<std::uint32_t>(i + 1)}};
      const auto stored = mine.replace(policy, noon);
      CHECK(stored); // a REQUIRE would end the thread, and with it the program
      CHECK((stored && same_policy(*stored, policy)));
    }
  };
  std::thread one{change, "ann"};
  std::thread two{change, "bob"};
  one.join();
  two.join();
  const auto history = *x.database.policy_history();
  REQUIRE(history.size() == 2 * each);
  for (std::size_t i = 0; i < history.size(); ++i)
    CHECK(history[i].version == 2 * each - i);
  CHECK(x.database.terms(noon)->policy == history.front());
  CHECK(server().sql("SELECT count(*) FROM policies WHERE valid_until IS NULL") == "1");
}

TEST_CASE("a history tells of the newest versions") {
  fresh_store x;
  REQUIRE(x.result);
  for (std::size_t i = 0; i < max_policy_history + 3; ++i)
    REQUIRE(x.database.replace(trial(i % 2 == 0 ? "observe" : "enforce"), noon));
  const auto history = *x.database.policy_history();
  REQUIRE(history.size() == max_policy_history);
  CHECK(history.front().version == max_policy_history + 3);
}

TEST_CASE("nobody changes or deletes a policy's history") {
  fresh_store x;
  REQUIRE(x.result);
  REQUIRE(x.database.replace(trial(), noon));
  for (const auto* statement :
       {"DELETE FROM policies", "UPDATE policies SET author = 'x'", "UPDATE policy_settings SET value = 'enforce'",
        "DELETE FROM policy_rules", "UPDATE policy_tenants SET weight = 1"})
    CHECK_THROWS_AS(server().sql(statement), pqxx::sql_error);
}
