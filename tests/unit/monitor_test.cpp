// The performance monitor as an actor: who is told what, and when. Time is the test's.
#include "actors/performance_monitor/monitor.hpp"
#include "tests/unit/monitor_fixture.hpp"

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

/// What a stand-in for another process was sent.
struct seen {
  std::vector<sample_batch> batches;
  std::vector<sample_replay> replays;
  std::vector<gateway_info> gateways;
  std::vector<throttle> throttles;
  std::vector<renewal> renewals;
  std::size_t throttle_messages = 0;
  std::size_t renewal_messages = 0;
  bool renews = true; ///< false: a gateway that lost what it had
};

application_server_actor::behavior_type fake_collector(application_server_actor::pointer, seen* log) {
  return {[log](const sample_batch& x) {
            log->batches.push_back(x);
          },
          [log](const gateway_info& x) {
            log->gateways.push_back(x);
          },
          [log](const sample_replay& x) {
            log->replays.push_back(x);
            return std::uint64_t{x.samples.samples.size()};
          },
          [](const core_report&) {},
          [](peer_up_atom, const std::string&, const caf::strong_actor_ptr&) {},
          [](peer_down_atom, const std::string&, const caf::error&) {}};
}

sla_core_actor::behavior_type fake_core(sla_core_actor::pointer, seen* log) {
  return {[](const sample_batch&) {},
          [log](const gateway_info& x) {
            log->gateways.push_back(x);
          },
          [](const terms&) {
            return std::uint64_t{0};
          },
          [](peer_up_atom, const std::string&, const caf::strong_actor_ptr&) {},
          [](peer_down_atom, const std::string&, const caf::error&) {}};
}

apply_result take(const throttle_batch& x, seen* log, std::uint64_t generation) {
  apply_result result;
  ++log->throttle_messages;
  for (const auto& one : x.throttles) {
    log->throttles.push_back(one);
    if (one.generation < generation)
      result.refused.push_back({one.stream, generation, "an older generation"});
  }
  result.applied = static_cast<std::uint32_t>(x.throttles.size() - result.refused.size());
  return result;
}

/// Refuses what is older than `generation`.
gateway_actor::behavior_type fake_gateway(gateway_actor::pointer, seen* log, std::uint64_t generation) {
  return {[=](const throttle_batch& x) {
            return take(x, log, generation);
          },
          [=](const lease_renewal& x) {
            apply_result result;
            ++log->renewal_messages;
            for (const auto& one : x.renewals) {
              log->renewals.push_back(one);
              if (!log->renews || one.generation < generation)
                result.refused.push_back({one.stream, generation, "not that one"});
            }
            return result;
          }};
}

/// One that was built before there were renewals.
caf::behavior old_gateway(caf::event_based_actor* self, seen* log) {
  self->set_default_handler(caf::drop);
  return {[log](const throttle_batch& x) {
    return take(x, log, 0);
  }};
}

struct fixture : deterministic_system {
  seen at_collector;
  seen at_core;
  seen at_gateway;
  monitor_actor monitor = system.spawn(performance_monitor, monitor_options{}, std::uint64_t{4711});
  application_server_actor collector = system.spawn(fake_collector, &at_collector);
  sla_core_actor core = system.spawn(fake_core, &at_core);
  gateway_actor gateway = system.spawn(fake_gateway, &at_gateway, std::uint64_t{0});

  ~fixture() {
    for (const auto& x : {monitor.address(), collector.address(), core.address(), gateway.address()})
      end(x);
  }

  void found(const std::string& role, const caf::strong_actor_ptr& who) {
    self->send(monitor, peer_up_atom::value, role, who);
    run();
  }
  void core_found() {
    found("sla-core", caf::actor_cast<caf::strong_actor_ptr>(core));
  }
  void collector_found() {
    found("application-server", caf::actor_cast<caf::strong_actor_ptr>(collector));
  }
  /// The error, or nothing if the hello was taken.
  caf::error hello(std::uint64_t incarnation, const gateway_actor& who, std::uint64_t* answer = nullptr,
                   std::vector<volume_info> volumes = some_gateway("gw1", 1).volumes) {
    auto info = some_gateway("gw1", incarnation);
    info.volumes = std::move(volumes);
    auto pending = self->request(monitor, caf::infinite, hello_atom::value, std::move(info), who);
    run();
    caf::error problem;
    pending.receive(
        [&](std::uint64_t x) {
          if (answer != nullptr)
            *answer = x;
        },
        [&](caf::error& x) {
          problem = std::move(x);
        });
    return problem;
  }
  void batch(std::uint64_t incarnation, std::uint64_t sequence, std::vector<sample> samples) {
    self->send(monitor, sample_batch{"gw1", incarnation, sequence, std::move(samples)});
    run();
  }
  void renew(std::vector<renewal> renewals) {
    self->send(monitor, lease_renewal{std::move(renewals)});
    run();
  }
  void order(std::vector<throttle> throttles) {
    self->send(monitor, throttle_batch{std::move(throttles)});
    run();
  }
};

} // namespace

TEST_SUITE_BEGIN("actors.performance_monitor");

TEST_CASE_FIXTURE(fixture, "a hello is answered with the monitor's incarnation and announced to both peers") {
  collector_found();
  core_found();
  std::uint64_t answer = 0;
  CHECK(!hello(1, gateway, &answer));
  run();
  CHECK(answer == 4711);
  REQUIRE(at_collector.gateways.size() == 1);
  CHECK(at_collector.gateways[0].connected);
  CHECK(at_core.gateways.size() == 1);
  CHECK(!hello(1, gateway)); // repeated: nothing new to tell
  run();
  CHECK(at_collector.gateways.size() == 1);
}

TEST_CASE_FIXTURE(fixture, "a hello with other volumes than before is announced") {
  collector_found();
  REQUIRE(!hello(1, gateway));
  run();
  REQUIRE(at_collector.gateways.size() == 1);
  CHECK(!hello(1, gateway, nullptr, {{"added", "array", 4096, false}}));
  run();
  REQUIRE(at_collector.gateways.size() == 2);
  REQUIRE(at_collector.gateways[1].volumes.size() == 1);
  CHECK(at_collector.gateways[1].volumes[0].name == "added");
}

TEST_CASE_FIXTURE(fixture, "a peer that is found later is told of all gateways") {
  REQUIRE(!hello(1, gateway));
  collector_found();
  CHECK(at_collector.gateways.size() == 1);
}

TEST_CASE_FIXTURE(fixture, "a second living gateway of the name is refused with a sentence") {
  REQUIRE(!hello(1, gateway));
  const auto other = system.spawn(fake_gateway, &at_gateway, std::uint64_t{0});
  const auto problem = hello(2, other);
  CHECK(problem == ec::gateway_refused);
  CHECK(caf::to_string(problem).find("another gateway named gw1 is connected") != std::string::npos);
  end(other.address());
}

TEST_CASE_FIXTURE(fixture, "good samples reach the collector, nonsense ones do not") {
  collector_found();
  REQUIRE(!hello(1, gateway));
  auto nonsense = some_sample("gw1");
  nonsense.interval = -1s;
  batch(1, 1, {some_sample("gw1"), nonsense});
  batch(2, 2, {some_sample("gw1")}); // another incarnation
  REQUIRE(at_collector.batches.size() == 1);
  CHECK(at_collector.batches[0].samples.size() == 1);
}

TEST_CASE_FIXTURE(fixture, "a throttle goes to its gateway at once and to no other") {
  core_found();
  REQUIRE(!hello(1, gateway));
  order({some_throttle("gw1", 1), some_throttle("gw2", 1)});
  REQUIRE(at_gateway.throttles.size() == 1);
  CHECK(at_gateway.throttles[0].stream.gateway == "gw1");
}

TEST_CASE_FIXTURE(fixture, "a nonsense throttle is not delivered") {
  core_found();
  REQUIRE(!hello(1, gateway));
  auto endless = some_throttle("gw1", 1);
  endless.lease = 1h;
  order({endless, some_throttle("gw1", 0)});
  CHECK(at_gateway.throttles.empty());
}

TEST_CASE_FIXTURE(fixture, "leases are renewed every second while the core is there, and not afterwards") {
  core_found();
  REQUIRE(!hello(1, gateway));
  order({some_throttle("gw1", 1)});
  pass(3100ms);
  CHECK(at_gateway.throttles.size() == 1); // it has it
  const auto repeated = at_gateway.renewals.size();
  CHECK(repeated >= 2);
  CHECK(repeated <= 3);
  self->send(monitor, peer_down_atom::value, std::string{"sla-core"},
             caf::make_error(caf::exit_reason::remote_link_unreachable));
  run();
  pass(5s);
  CHECK(at_gateway.renewals.size() == repeated);
  core_found(); // another life of the core: what the former one said stays forgotten
  pass(2s);
  CHECK(at_gateway.renewals.size() == repeated);
  CHECK(at_gateway.throttles.size() == 1);
}

TEST_CASE_FIXTURE(fixture, "a gateway that does not know renewals is sent throttles in full, every second") {
  const auto old = caf::actor_cast<gateway_actor>(system.spawn(old_gateway, &at_gateway));
  core_found();
  REQUIRE(!hello(1, old));
  order({some_throttle("gw1", 1)});
  pass(3100ms);
  CHECK(at_gateway.throttles.size() >= 3);
  CHECK(at_gateway.throttles.size() <= 4);
  renew({{some_throttle("gw1", 1).stream, 1}}); // also what the core renews
  CHECK(at_gateway.throttles.size() >= 4);
  end(old.address());
}

TEST_CASE_FIXTURE(fixture, "what a gateway does not renew is sent in full at once, unless it holds a younger one") {
  core_found();
  REQUIRE(!hello(1, gateway));
  order({some_throttle("gw1", 1)});
  at_gateway.renews = false;
  renew({{some_throttle("gw1", 1).stream, 1}});
  CHECK(at_gateway.renewals.size() == 1);
  CHECK(at_gateway.throttles.size() == 2);
  at_gateway.renews = true;
  renew({{some_throttle("gw1", 1).stream, 1}});
  CHECK(at_gateway.renewals.size() == 2);
  CHECK(at_gateway.throttles.size() == 2);
}

TEST_CASE_FIXTURE(fixture, "a restarted core's renewals reach the gateway, and what it refuses has no consequence") {
  const auto ahead = system.spawn(fake_gateway, &at_gateway, std::uint64_t{10});
  core_found();
  REQUIRE(!hello(1, ahead));
  renew({{some_throttle("gw1", 9).stream, 9},
         {some_throttle("gw1", 12, "batch").stream, 12},
         {some_throttle("gw2", 1).stream, 1},
         {{"gw1", "", ""}, 1},
         {some_throttle("gw1", 9).stream, 0}});
  CHECK(at_gateway.renewals.size() == 2);
  pass(3s);
  CHECK(at_gateway.renewals.size() == 2); // what is not known is not repeated
  CHECK(at_gateway.throttles.empty());
  end(ahead.address());
}

TEST_CASE_FIXTURE(fixture, "the same throttle again is a renewal on the wire") {
  core_found();
  REQUIRE(!hello(1, gateway));
  order({some_throttle("gw1", 1)});
  order({some_throttle("gw1", 1)});
  CHECK(at_gateway.throttles.size() == 1);
  CHECK(at_gateway.renewals.size() == 1);
  order({some_throttle("gw1", 2)});
  CHECK(at_gateway.throttles.size() == 2);
}

TEST_CASE_FIXTURE(fixture, "renewals for one gateway go in one message of bounded size") {
  core_found();
  REQUIRE(!hello(1, gateway));
  std::vector<throttle> many;
  for (int i = 0; i < 1500; ++i)
    many.push_back(some_throttle("gw1", 1, "v" + std::to_string(i)));
  order(many);
  CHECK(at_gateway.throttle_messages == 2);
  at_gateway.renewal_messages = 0; // the question whether it knows them was one
  pass(1300ms);
  CHECK(at_gateway.renewals.size() == 1500);
  CHECK(at_gateway.renewal_messages == 2);
}

TEST_CASE_FIXTURE(fixture, "a gateway that registers is given its throttles at once") {
  core_found();
  order({some_throttle("gw1", 1)});
  CHECK(at_gateway.throttles.empty());
  REQUIRE(!hello(1, gateway));
  run();
  CHECK(at_gateway.throttles.size() == 1);
}

TEST_CASE_FIXTURE(fixture, "a throttle refused for its generation is not repeated") {
  core_found();
  const auto ahead = system.spawn(fake_gateway, &at_gateway, std::uint64_t{10});
  REQUIRE(!hello(1, ahead));
  order({some_throttle("gw1", 9)});
  REQUIRE(at_gateway.throttles.size() == 1);
  pass(3s);
  CHECK(at_gateway.throttles.size() == 1);
  order({some_throttle("gw1", 10)}); // the core has learned
  CHECK(at_gateway.throttles.size() == 2);
  end(ahead.address());
}

TEST_CASE_FIXTURE(fixture, "a silent gateway is reported lost after a second, and back with its next batch") {
  collector_found();
  REQUIRE(!hello(1, gateway));
  run();
  at_collector.gateways.clear();
  pass(900ms);
  CHECK(at_collector.gateways.empty());
  pass(400ms);
  REQUIRE(at_collector.gateways.size() == 1);
  CHECK(!at_collector.gateways[0].connected);
  batch(1, 1, {});
  REQUIRE(at_collector.gateways.size() == 2);
  CHECK(at_collector.gateways[1].connected);
}

TEST_CASE_FIXTURE(fixture, "a gateway that ends is reported lost, and its successor takes the name") {
  collector_found();
  REQUIRE(!hello(1, gateway));
  run();
  end(gateway.address());
  REQUIRE(at_collector.gateways.size() == 2);
  CHECK(!at_collector.gateways[1].connected);
  const auto next = system.spawn(fake_gateway, &at_gateway, std::uint64_t{0});
  CHECK(!hello(2, next));
  end(next.address());
}

TEST_CASE_FIXTURE(fixture, "what no interface says, and an error, end nothing") {
  self->send(caf::actor_cast<caf::actor>(monitor), std::string{"nonsense"});
  self->send(caf::actor_cast<caf::actor>(monitor), caf::make_error(caf::sec::runtime_error));
  run();
  auto pending = self->request(monitor, caf::infinite, list_atom::value);
  run();
  pending.receive(
      [](const std::vector<gateway_info>& all) {
        CHECK(all.empty());
      },
      [&](caf::error& x) {
        FAIL(caf::to_string(x));
      });
}

TEST_CASE_FIXTURE(fixture, "a collector that comes anew is told the samples of before, in order, and no one twice") {
  REQUIRE(!hello(1, gateway));
  for (std::uint64_t i = 1; i <= 9; ++i)
    batch(1, i, {some_sample("gw1")});
  collector_found();
  REQUIRE(at_collector.replays.size() == 10);
  for (std::uint64_t i = 0; i < 9; ++i)
    CHECK(at_collector.replays[i].samples.sequence == i + 1);
  CHECK(at_collector.replays[0].samples.samples.size() == 1);
  CHECK(at_collector.replays[0].whole_from == wall_time{});
  CHECK_FALSE(at_collector.replays[8].last);
  CHECK(at_collector.replays[9].last);
  CHECK(at_collector.batches.empty()); // nothing of it goes to the core
  batch(1, 10, {some_sample("gw1")});
  CHECK(at_collector.batches.size() == 1);
  collector_found(); // the same one
  CHECK(at_collector.replays.size() == 10);
}

TEST_CASE_FIXTURE(fixture, "a collector is told that nothing is to be told") {
  collector_found();
  REQUIRE(at_collector.replays.size() == 1);
  CHECK(at_collector.replays[0].last);
}

TEST_CASE("the ring keeps 20 s and a number of bytes, and says from where on seconds are whole") {
  replay_ring x{{20s, 1000}};
  const auto put = [&](instant came, std::int64_t label_us, std::size_t bytes) {
    x.put({"gw1", came, wall_time{label_us}, std::make_shared<const std::vector<char>>(bytes)});
  };
  put(1s, 5'900'000, 400);
  put(2s, 6'100'000, 400);
  CHECK(x.whole_from("gw1") == wall_time{});
  put(3s, 7'000'000, 400); // too many bytes
  CHECK(x.bytes() == 800);
  CHECK(x.dropped() == 1);
  CHECK(x.whole_from("gw1") == wall_time{6'000'000});
  put(23s, 27'000'000, 1);
  CHECK(x.all().size() == 2); // of 3 s and of 23 s
  CHECK(x.dropped() == 1);    // the other one was old
  CHECK(x.whole_from("gw1") == wall_time{7'000'000});
  CHECK(x.whole_from("gw2") == wall_time{});
}
