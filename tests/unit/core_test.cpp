// The SLA core as an actor: who is told what, and when. Time is the test's; what is decided is tested in plan_test.
#include "actors/sla_core/core.hpp"
#include "tests/unit/monitor_fixture.hpp"

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

/// What the stand-ins for the other processes were sent.
struct seen {
  std::vector<throttle> throttles;
  std::vector<renewal> renewals;
  std::vector<core_report> reports;
};

performance_monitor_actor::behavior_type fake_monitor(performance_monitor_actor::pointer, seen* log) {
  return {[log](const throttle_batch& x) {
            log->throttles.insert(log->throttles.end(), x.throttles.begin(), x.throttles.end());
          },
          [log](const lease_renewal& x) {
            log->renewals.insert(log->renewals.end(), x.renewals.begin(), x.renewals.end());
          },
          [](list_atom) {
            return std::vector<gateway_info>{};
          },
          [](peer_up_atom, const std::string&, const caf::strong_actor_ptr&) {},
          [](peer_down_atom, const std::string&, const caf::error&) {}};
}

application_server_actor::behavior_type fake_server(application_server_actor::pointer, seen* log) {
  return {[](const sample_batch&) {}, [](const gateway_info&) {},
          [log](const core_report& x) {
            log->reports.push_back(x);
          },
          [](peer_up_atom, const std::string&, const caf::strong_actor_ptr&) {},
          [](peer_down_atom, const std::string&, const caf::error&) {}};
}

agreement limited(std::uint64_t iops) {
  agreement x;
  x.name = "limited";
  x.tenant = "acme";
  x.version = 1;
  x.objective.limit.iops = {iops};
  return x;
}

struct fixture : deterministic_system {
  seen log;
  performance_monitor_actor monitor = system.spawn(fake_monitor, &log);
  application_server_actor server = system.spawn(fake_server, &log);
  core_actor core;
  std::uint64_t sequence = 0;

  explicit fixture(core_options options = {}) : core(system.spawn(sla_core, options)) {
    run();
  }
  ~fixture() {
    end(core.address());
    end(monitor.address());
    end(server.address());
  }
  template<class Actor>
  void up(const char* role, const Actor& who) {
    self->send(core, peer_up_atom::value, std::string{role}, caf::actor_cast<caf::strong_actor_ptr>(who));
    run();
  }
  std::uint64_t give_terms(std::vector<agreement> agreements, std::vector<override_order> orders = {}) {
    auto request = self->request(core, caf::infinite, terms{std::move(agreements), std::move(orders)});
    run();
    std::uint64_t answer = 0;
    request.receive(
        [&](std::uint64_t x) {
          answer = x;
        },
        [](caf::error& x) {
          FAIL("refused: " << caf::to_string(x));
        });
    return answer;
  }
  void measure(std::uint64_t generation = 0, std::size_t streams = 1) {
    sample_batch batch;
    batch.gateway = "gw";
    batch.incarnation = 7;
    batch.sequence = ++sequence;
    for (std::size_t i = 0; i < streams; ++i) {
      batch.samples.push_back(some_sample("gw", "volume-" + std::to_string(i)));
      batch.samples.back().sequence = sequence;
      batch.samples.back().generation = generation;
    }
    self->send(core, std::move(batch));
    run();
  }
};

} // namespace

TEST_CASE("a sample leads to a throttle at the monitor and a report at the server with the next tick") {
  fixture f;
  f.up("performance-monitor", f.monitor);
  f.up("application-server", f.server);
  CHECK(f.give_terms({limited(500)}) == 1);
  f.measure(41);
  CHECK(f.log.throttles.empty());
  f.pass(100ms);
  REQUIRE(f.log.throttles.size() == 1);
  CHECK(f.log.throttles[0].now.iops.per_second == 500);
  CHECK(f.log.throttles[0].generation == 42);
  REQUIRE(f.log.reports.size() == 1);
  CHECK(f.log.reports[0].complete);
  CHECK(base_of(f.log.reports[0].started_with) == control_policy{});
  CHECK(f.log.reports[0].throttles == f.log.throttles);
  REQUIRE(f.log.reports[0].backends.size() == 1);
  CHECK(f.log.reports[0].backends[0].name == "array");
}

TEST_CASE("a tick that is late shifts no other one, and ticks that were missed are skipped and counted") {
  tick_schedule x{100ms};
  CHECK(x.begin(5s).late == 0ms);
  CHECK(x.wait(5s) == 100ms);
  CHECK(x.wait(5080ms) == 20ms); // the plan took 80 ms
  const auto late = x.begin(5130ms);
  CHECK(late.late == 30ms);
  CHECK(late.skipped == 0);
  CHECK(x.wait(5130ms) == 70ms);
  CHECK(x.wait(5470ms) == 0ms);
  const auto slow = x.begin(5470ms); // those of 5.3 and 5.4 s did not take place
  CHECK(slow.late == 270ms);
  CHECK(slow.skipped == 2);
  CHECK(x.wait(5470ms) == 30ms);
}

TEST_CASE("an operator's order does not wait for the tick") {
  fixture f;
  f.up("performance-monitor", f.monitor);
  f.give_terms({});
  f.measure(41);
  f.pass(100ms);
  const auto before = f.log.throttles.size();
  f.pass(50ms);
  override_order order;
  order.stream = some_sample("gw", "volume-0").stream;
  order.iops = rate{321};
  order.who = "me";
  f.give_terms({}, {order});
  REQUIRE(f.log.throttles.size() == before + 1);
  CHECK(f.log.throttles.back().now.iops.per_second == 321);
  order.iops = rate{123}; // too soon after that plan
  f.give_terms({}, {order});
  CHECK(f.log.throttles.size() == before + 1);
  f.pass(10ms);
  CHECK(f.log.throttles.back().now.iops.per_second == 123);
}

TEST_CASE("before the terms came nothing is decided and nothing is reported") {
  fixture f;
  f.up("performance-monitor", f.monitor);
  f.up("application-server", f.server);
  f.measure(41);
  f.pass(1s);
  CHECK(f.log.throttles.empty());
  CHECK(f.log.reports.empty());
}

TEST_CASE("agreements that contradict themselves are not counted among those held") {
  fixture f;
  auto wrong = limited(500);
  wrong.name = "wrong";
  wrong.objective.reservation = {501};
  CHECK(f.give_terms({limited(500), wrong}) == 1);
}

TEST_CASE("without peers the core goes on deciding; the monitor gets everything in force when it is found") {
  fixture f;
  f.give_terms({limited(500)});
  f.measure();
  f.pass(100ms);
  f.up("performance-monitor", f.monitor);
  REQUIRE(f.log.throttles.size() == 1);
  CHECK(f.log.throttles[0].now.iops.per_second == 500);
}

TEST_CASE("a throttle that its gateway has is renewed every second while nothing changes, and reports stay rare") {
  fixture f;
  f.up("performance-monitor", f.monitor);
  f.up("application-server", f.server);
  f.give_terms({limited(500)});
  f.measure();
  f.pass(100ms);
  for (int i = 0; i < 50; ++i) {
    f.measure(f.log.throttles.back().generation);
    f.pass(100ms);
  }
  CHECK(f.log.throttles.size() <= 3); // the envelope follows the aim
  REQUIRE(f.log.renewals.size() >= 3);
  CHECK(f.log.renewals.size() <= 8);
  CHECK(f.log.renewals.back() == renewal{f.log.throttles.back().stream, f.log.throttles.back().generation});
  CHECK(f.log.reports.size() <= 10); // the backends, once a second, and what changed
}

TEST_CASE("a server that is found again gets a complete report, in parts of bounded size") {
  core_options options;
  options.batch = 4;
  fixture f{options};
  f.up("application-server", f.server);
  f.give_terms({limited(5000)});
  f.measure(0, 10);
  f.pass(100ms);
  f.log.reports.clear();
  f.self->send(f.core, peer_down_atom::value, std::string{"application-server"},
               caf::make_error(caf::sec::remote_linking_failed));
  f.run();
  f.pass(200ms);
  CHECK(f.log.reports.empty());
  f.up("application-server", f.server);
  f.pass(100ms);
  REQUIRE(f.log.reports.size() == 3);
  CHECK(f.log.reports[0].complete);
  CHECK(f.log.reports[0].throttles.size() == 4);
  CHECK(!f.log.reports[1].complete);
  CHECK(f.log.reports[2].throttles.size() == 2);
}

TEST_CASE("a message of another interface and an error do not end the core") {
  fixture f;
  f.up("performance-monitor", f.monitor);
  f.self->send(caf::actor_cast<caf::actor>(f.core), std::string{"nonsense"});
  f.self->send(caf::actor_cast<caf::actor>(f.core), caf::make_error(caf::sec::runtime_error));
  f.run();
  f.give_terms({limited(500)});
  f.measure();
  f.pass(100ms);
  CHECK(f.log.throttles.size() == 1);
}

TEST_CASE("the policy comes with the terms: on an observed backend nothing is sent, and what would be is reported") {
  fixture f;
  f.up("performance-monitor", f.monitor);
  f.up("application-server", f.server);
  terms x{{limited(20)}, {}, {}};
  x.policy.defaults = {{"mode", 1}};
  x.policy.version = 1;
  f.self->send(f.core, x);
  f.run();
  for (int i = 0; i < 5; ++i) {
    f.measure();
    f.pass(100ms);
  }
  CHECK(f.log.throttles.empty());
  std::vector<throttle> observed;
  for (const auto& report : f.log.reports)
    observed.insert(observed.end(), report.observed.begin(), report.observed.end());
  REQUIRE(observed.size() == 1); // it asks for 50 IOPS
  CHECK(observed[0].why.observed);
  CHECK(observed[0].now.iops == rate{20});
  x.policy.version = 2;
  x.policy.defaults = {{"mode", 7}}; // wrong: the one before stays
  f.self->send(f.core, x);
  f.run();
  f.measure();
  f.pass(100ms);
  CHECK(f.log.throttles.empty());
  x.policy.version = 3;
  x.policy.defaults = {};
  f.self->send(f.core, x);
  f.run();
  f.measure();
  f.pass(100ms);
  REQUIRE(f.log.throttles.size() == 1);
  CHECK(f.log.throttles[0].now.iops == rate{20});
}
