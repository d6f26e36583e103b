// The desk: policies, and agreements that admission judges.
#include "tests/unit/application_server_fixture.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

/// A world with one volume on a backend that gives 1,000 IOPS, of which 1,000 may be promised.
struct small_backend : application_world {
  small_backend() {
    core_up();
    seen.policies.push_back({{{"admission.oversubscription", 1'000'000}}, {}, {}, 1, "ann", {}, {}});
    database_up();
    gateway_info gateway;
    gateway.name = "gw1";
    gateway.volumes = {{"oltp", "array", 0, false}};
    gateway.connected = true;
    caf::anon_send(back, gateway);
    core_report report;
    report.backends.push_back({"array", 1'000, 500, 0, 1, 1, 0, 1ms, false, true, 1ms, false});
    caf::anon_send(back, report);
    run();
  }

  static http::call reserving(const std::string& name, std::uint64_t iops) {
    http::call x;
    x.what = http::operation::replace_agreement;
    x.name = x.document.name = name;
    x.document.tenant = "acme";
    x.document.objective.reservation = rate{iops};
    return x;
  }

  [[nodiscard]] std::string last_event() {
    const auto events = call(http::operation::list_events)->body().at("items");
    return events.empty() ? std::string{} : events.at(0).at("text").get<std::string>();
  }
};

http::call putting(policy_document policy, bool dry_run = false) {
  http::call x;
  x.what = http::operation::replace_policy;
  x.policy = std::move(policy);
  x.policy.author = "ann";
  x.policy.reason = "trial";
  x.dry_run = dry_run;
  return x;
}

} // namespace

TEST_SUITE_BEGIN("unit.desk_terms");

TEST_CASE("what cannot be promised is refused with what would fit, and that is taken") {
  small_backend world;
  CHECK(world.call(world.reserving("a", 700))->got.status == 201);
  const auto refused = world.call(world.reserving("b", 400));
  CHECK(refused->answers == 1);
  CHECK(refused->got.status == 409);
  CHECK(refused->body().at("admission").at("fits").at("iops") == 300);
  CHECK(!world.seen.agreements.contains("b"));
  const auto taken = world.call(world.reserving("b", 300));
  CHECK(taken->got.status == 201);
  CHECK(taken->body().at("status").at("admission").at("outcome") == "accepted");
  CHECK(world.call(world.reserving("a", 700))->got.status == 200); // the same again is nothing new
}

TEST_CASE("an operator may force it, and the event says so") {
  small_backend world;
  auto forced = world.reserving("a", 1'200);
  forced.force = true;
  forced.who = "ann";
  const auto taken = world.call(forced);
  CHECK(taken->got.status == 201);
  CHECK(taken->body().at("status").at("admission").at("outcome") == "refused");
  CHECK(world.seen.agreements.contains("a"));
  CHECK(world.last_event().find("forced by ann although admission refused it: Backend array gives 1000 IOPS")
        != std::string::npos);
}

TEST_CASE("a dry run answers what would be answered and stores nothing") {
  small_backend world;
  auto x = world.reserving("a", 900);
  x.dry_run = true;
  const auto good = world.call(x);
  CHECK(good->got.status == 200);
  CHECK(good->body().at("status").at("dry_run") == true);
  CHECK(good->body().at("status").at("admission").at("outcome") == "accepted");
  x.document.objective.reservation = rate{1'100};
  CHECK(world.call(x)->got.status == 409);
  CHECK(world.seen.agreements.empty());
  CHECK(world.call(http::operation::list_agreements)->body().at("items").empty());
}

TEST_CASE("two at the same time are not promised the same room") {
  small_backend world;
  world.seen.hold_agreements = true;
  const auto first = world.call(world.reserving("a", 600));
  CHECK(first->answers == 0); // being stored
  CHECK(world.call(world.reserving("b", 600))->got.status == 409);
  world.seen.hold_agreements = false;
  world.pass(1s);
  CHECK(first->got.status == 201);
  CHECK(world.call(world.reserving("b", 400))->got.status == 201);
}

TEST_CASE("room that was not taken in the end is free again") {
  small_backend world;
  world.seen.refuses = ec::database_away;
  CHECK(world.call(world.reserving("a", 600))->got.status == 503);
  world.seen.refuses = caf::none;
  CHECK(world.call(world.reserving("b", 600))->got.status == 201);
}

TEST_CASE("a policy is stored, shown, told to the core, and noted") {
  application_world world;
  world.core_up();
  world.database_up();
  CHECK(world.call(http::operation::get_policy)->body().at("status").at("version") == 0);
  const auto made = world.call(putting({{{"mode", 1}}, {}, {}, 0, {}, {}, {}}));
  CHECK(made->got.status == 201);
  CHECK(made->body().at("status").at("author") == "ann");
  CHECK(world.seen.core_terms.back().policy.version == 1);
  CHECK(world.seen.core_terms.back().policy.defaults.size() == 1);
  CHECK(world.call(http::operation::get_policy)->body().at("spec").at("defaults").at("mode") == "observe");
  const auto told = world.seen.core_terms.size();
  CHECK(world.call(putting({{{"mode", 1}}, {}, {}, 0, {}, {}, {}}))->got.status == 200); // the same
  CHECK(world.seen.core_terms.size() == told);
  CHECK(world.call(putting({}))->got.status == 200);
  CHECK(world.call(http::operation::policy_history)->body().at("items").size() == 2);
  const auto events = world.call(http::operation::list_events)->body().at("items");
  CHECK(events.at(1).at("kind") == "policy-established");
  CHECK(events.at(1).at("text")
        == "Policy version 1 by ann is in force: mode=observe; 0 rules for backends, 0 tenants. Reason: trial");
}

TEST_CASE("a policy that is tried changes nothing") {
  application_world world;
  world.core_up();
  world.database_up();
  const auto tried = world.call(putting({{{"mode", 1}}, {}, {}, 0, {}, {}, {}}, true));
  CHECK(tried->got.status == 200);
  CHECK(tried->body().at("status").at("changes") == true);
  CHECK(world.call(putting({}, true))->body().at("status").at("changes") == false);
  CHECK(world.seen.policies.empty());
  CHECK(world.call(http::operation::get_policy)->body().at("status").at("version") == 0);
}

TEST_CASE("a core that comes back is told the policy, and so is a server that was restarted") {
  application_world world;
  world.seen.policies.push_back({{{"mode", 1}}, {}, {}, 1, "ann", {}, wall_time{begin_us}});
  world.database_up();
  world.core_up();
  REQUIRE(!world.seen.core_terms.empty());
  CHECK(world.seen.core_terms.back().policy == world.seen.policies.back());
}

TEST_CASE("what only would be held comes from the report and is listed as such") {
  application_world world;
  world.database_up();
  core_report report;
  throttle would;
  would.stream = {"gw1", "oltp", "127.0.0.1"};
  would.now.depth = 3;
  would.why.rule = throttle_rule::share;
  would.why.observed = true;
  report.observed.push_back(would);
  caf::anon_send(world.back, report);
  world.run();
  const auto items = world.call(http::operation::list_throttles)->body().at("items");
  REQUIRE(items.size() == 1);
  CHECK(items.at(0).at("mode") == "observe");
}

TEST_SUITE_END();

TEST_CASE("an exclusion that is entered or taken back is an event and in the audit: who, what, when and why") {
  application_world world;
  world.database_up();
  http::call x;
  x.what = http::operation::enter_exclusion;
  x.entry.agreements = "oltp-*";
  x.entry.starts = wall_time{1'795'510'800'000'000}; // 2026-11-24 09:00 UTC
  x.entry.length = 2h;
  x.entry.recurrence = "FREQ=WEEKLY";
  x.entry.time_zone = "Europe/Berlin";
  x.asker.token = "boss"; // whatever name is written into the entry
  x.entry.author = "jo";
  x.entry.reason = "firmware";
  CHECK(world.call(x)->got.status == 201);
  x.what = http::operation::withdraw_exclusion;
  x.entry.withdraws = 1;
  x.entry.author = "kim";
  x.entry.reason = "not needed";
  x.entry.correction = true;
  CHECK(world.call(x)->got.status == 200);
  x.entry.withdraws = 7;
  CHECK(world.call(x)->got.status == 404); // nothing happened: no event
  world.pass(1s);
  std::vector<event> events;
  std::vector<audit_entry> audit;
  for (const auto& batch : world.seen.stored) {
    events.insert(events.end(), batch.events.begin(), batch.events.end());
    audit.insert(audit.end(), batch.audit.begin(), batch.audit.end());
  }
  const std::string what =
      "Exclusion 1 of oltp-*, from 2026-11-24T09:00:00.000Z for 2h, FREQ=WEEKLY in Europe/Berlin, was ";
  const wall_time when{begin_us};
  CHECK(audit
        == std::vector<audit_entry>{
            {when, "boss", "enter-exclusion", "oltp-*", what + "entered by jo: firmware"},
            {when, "boss", "withdraw-exclusion", "oltp-*", what + "taken back by kim as a correction: not needed"}});
  REQUIRE(events.size() == 2);
  CHECK(events[0] == event{when, event_kind::exclusion_entered, "oltp-*", audit[0].detail});
  CHECK(events[1] == event{when, event_kind::exclusion_withdrawn, "oltp-*", audit[1].detail});
  const auto shown = world.call(http::operation::list_events)->body().at("items");
  CHECK(shown.at(0).at("kind") == "exclusion-withdrawn");
}
