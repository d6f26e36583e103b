// The gateway's control link: connecting, registering, sampling and applying, against a stand-in for TCP and server.
#include "gateways/control/control_link.hpp"
#include "tests/unit/monitor_fixture.hpp"

#include <map>

using namespace sluice;
using namespace sluice::gateway;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

/// The network and the server as the link sees them.
struct world {
  bool reachable = true;
  bool admits = true;
  bool answers = true; ///< false: a hello is never answered
  caf::strong_actor_ptr door;
  std::set<std::string> interface;
  int attempts = 0;
  std::vector<gateway_info> hellos;
  std::vector<sample_batch> batches;
};

/// In the place of CAF's middleman actor: "connects" without a socket.
caf::behavior fake_middleman(caf::event_based_actor*, world* w) {
  return {[w](caf::connect_atom, const std::string&,
              std::uint16_t) -> caf::result<caf::node_id, caf::strong_actor_ptr, std::set<std::string>> {
    ++w->attempts;
    if (!w->reachable)
      return caf::make_error(caf::sec::cannot_connect_to_node);
    return {w->door ? w->door->node() : caf::node_id{}, w->door, w->interface};
  }};
}

gateway_door_actor::behavior_type fake_door(gateway_door_actor::pointer self, world* w) {
  return {[=](hello_atom, const gateway_info& x, const gateway_actor&) -> caf::result<std::uint64_t> {
            w->hellos.push_back(x);
            if (!w->answers)
              return self->make_response_promise<std::uint64_t>(); // kept by nobody: never delivered
            if (!w->admits)
              return caf::make_error(ec::gateway_refused, "another gateway named gw1 is connected");
            return std::uint64_t{1};
          },
          [=](const sample_batch& x) {
            w->batches.push_back(x);
          }};
}

struct fixture : deterministic_system {
  world w;
  caf::actor middleman = system.spawn(fake_middleman, &w);
  gateway_door_actor door;
  std::map<stream_id, throttle> applied;
  std::shared_ptr<event_buffer> events = std::make_shared<event_buffer>();
  std::size_t samples_per_tick = 1;
  control_actor link;

  fixture() {
    open_door();
  }
  ~fixture() {
    if (link)
      end(link.address());
    end(middleman.address());
    if (door)
      end(door.address());
  }

  void open_door() {
    door = system.spawn(fake_door, &w);
    w.door = caf::actor_cast<caf::strong_actor_ptr>(door);
    w.interface = system.message_types<gateway_door_actor>();
  }
  void close_door() {
    const auto address = door.address();
    w.door = nullptr;
    door = nullptr;
    end(address);
  }

  std::vector<volume_info> volumes = some_gateway("gw1", 77).volumes;

  void start(std::string server = "127.0.0.1") {
    control_options options;
    options.self = some_gateway("gw1", 77);
    options.server = std::move(server);
    data_path path;
    path.collect = [this](instant, wall_time) {
      return std::vector<sample>(samples_per_tick, some_sample("gw1"));
    };
    path.apply = [this](const throttle& x) -> std::string {
      auto& held = applied[x.stream];
      if (x.generation < held.generation)
        return "an older generation";
      held = x;
      return {};
    };
    path.renew = [this](const renewal& x) -> std::string {
      return x.generation == applied[x.stream].generation ? "" : "another generation";
    };
    path.generation = [this](const stream_id& x) {
      return applied[x].generation;
    };
    path.volumes = [this] {
      return volumes;
    };
    link = system.spawn(control_link, options, path, events, caf::actor_cast<caf::io::middleman_actor>(middleman));
    run();
  }
};

} // namespace

TEST_SUITE_BEGIN("gateways.control.link");

TEST_CASE_FIXTURE(fixture, "it registers at once and then sends a batch every 100 ms") {
  start();
  REQUIRE(w.hellos.size() == 1);
  CHECK(w.hellos[0].name == "gw1");
  CHECK(w.hellos[0].incarnation == 77);
  pass(1s);
  REQUIRE(w.batches.size() == 10);
  for (std::size_t i = 0; i < w.batches.size(); ++i) {
    CHECK(w.batches[i].sequence == i + 1);
    CHECK(w.batches[i].incarnation == 77);
    CHECK(w.batches[i].samples.size() == 1);
  }
}

TEST_CASE_FIXTURE(fixture, "an idle gateway says that it lives by empty batches") {
  samples_per_tick = 0;
  start();
  pass(300ms);
  CHECK(w.batches.size() == 3);
}

TEST_CASE_FIXTURE(fixture, "many samples go in several messages") {
  samples_per_tick = 2500;
  start();
  pass(100ms);
  REQUIRE(w.batches.size() == 3);
  CHECK(w.batches[0].samples.size() == 1024);
  CHECK(w.batches[2].samples.size() == 452);
  CHECK(w.batches[2].sequence == 3);
}

TEST_CASE_FIXTURE(fixture, "without a server it never connects and serves on") {
  start("");
  pass(2s);
  CHECK(w.attempts == 0);
}

TEST_CASE_FIXTURE(fixture, "an unreachable server is tried for ever, about once a second at last") {
  w.reachable = false;
  start();
  pass(60s);
  CHECK(w.attempts >= 60); // delays of 0.5 to 1 s
  CHECK(w.attempts <= 130);
  w.reachable = true;
  pass(1s);
  CHECK(w.hellos.size() == 1);
}

TEST_CASE_FIXTURE(fixture, "after the server ended it registers again, and the gap shows in the sequence") {
  start();
  pass(500ms);
  const auto last = w.batches.back().sequence;
  w.reachable = false;
  close_door();
  pass(1s);
  open_door();
  w.reachable = true;
  pass(1500ms);
  REQUIRE(w.hellos.size() == 2);
  const auto resumed = w.batches[last].sequence; // the first one after the gap
  CHECK(resumed >= last + 10);
}

TEST_CASE_FIXTURE(fixture, "a refused gateway keeps asking and sends nothing meanwhile") {
  w.admits = false;
  start();
  pass(3s);
  CHECK(w.hellos.size() >= 4);
  CHECK(w.batches.empty());
  w.admits = true;
  pass(1500ms);
  CHECK(!w.batches.empty());
}

TEST_CASE_FIXTURE(fixture, "a server that connects but does not answer is left after 5 s") {
  w.answers = false;
  start();
  pass(5s);
  w.answers = true;
  pass(1s);
  CHECK(w.hellos.size() == 2);
  CHECK(!w.batches.empty());
}

TEST_CASE_FIXTURE(fixture, "the hello is repeated every 10 s") {
  start();
  pass(10'100ms);
  CHECK(w.hellos.size() == 2);
}

TEST_CASE_FIXTURE(fixture, "the hello says which volumes there are now") {
  start();
  REQUIRE(w.hellos.size() == 1);
  CHECK(w.hellos[0].volumes.size() == 1);
  volumes.push_back({"added", "array", 4096, true});
  pass(11s);
  REQUIRE(w.hellos.size() == 2);
  CHECK(w.hellos[1].volumes.size() == 2);
}

TEST_CASE_FIXTURE(fixture, "who does not speak the monitor's interface is no server") {
  w.interface = {"something else"};
  start();
  pass(2s);
  CHECK(w.hellos.empty());
  CHECK(w.attempts > 1);
}

TEST_CASE_FIXTURE(fixture, "throttles are applied, refused ones answered with the sentence and the generation") {
  start();
  const auto order = [&](std::vector<throttle> throttles) {
    apply_result result;
    auto pending = self->request(link, caf::infinite, throttle_batch{std::move(throttles)});
    run();
    pending.receive(
        [&](const apply_result& x) {
          result = x;
        },
        [](caf::error& x) {
          FAIL(caf::to_string(x));
        });
    return result;
  };
  CHECK(order({some_throttle("gw1", 5), some_throttle("gw1", 1, "batch")}).applied == 2);
  const auto second = order({some_throttle("gw1", 4), some_throttle("gw1", 2, "batch")});
  CHECK(second.applied == 1);
  REQUIRE(second.refused.size() == 1);
  CHECK(second.refused[0].stream.volume == "oltp");
  CHECK(second.refused[0].generation == 5);
  CHECK(second.refused[0].why == "an older generation");
}

TEST_CASE_FIXTURE(fixture, "more throttles than a gateway has streams are refused as a whole") {
  start();
  auto pending =
      self->request(link, caf::infinite, throttle_batch{std::vector<throttle>(8193, some_throttle("gw1", 1))});
  run();
  pending.receive(
      [](const apply_result&) {
        FAIL("was applied");
      },
      [](caf::error& x) {
        CHECK(x == ec::invalid);
      });
  CHECK(applied.empty());
}

TEST_CASE_FIXTURE(fixture, "leases are renewed, of other generations it says which one is in force") {
  start();
  applied[some_throttle("gw1", 5).stream] = some_throttle("gw1", 5);
  lease_renewal orders;
  orders.renewals = {{some_throttle("gw1", 5).stream, 5}, {some_throttle("gw1", 1, "batch").stream, 1}};
  apply_result result;
  auto pending = self->request(link, caf::infinite, orders);
  run();
  pending.receive(
      [&](const apply_result& x) {
        result = x;
      },
      [](caf::error& x) {
        FAIL(caf::to_string(x));
      });
  CHECK(result.applied == 1);
  REQUIRE(result.refused.size() == 1);
  CHECK(result.refused[0].stream.volume == "batch");
  CHECK(result.refused[0].generation == 0);
  CHECK(result.refused[0].why == "another generation");
}

TEST_CASE_FIXTURE(fixture, "more renewals than a gateway has streams are refused as a whole, none at all are taken") {
  start();
  for (const std::size_t count : {std::size_t{8193}, std::size_t{0}}) {
    lease_renewal orders;
    orders.renewals.resize(count, {some_throttle("gw1", 1).stream, 0});
    auto pending = self->request(link, caf::infinite, orders);
    run();
    pending.receive(
        [&](const apply_result&) {
          CHECK(count == 0);
        },
        [&](caf::error& x) {
          CHECK(count == 8193);
          CHECK(x == ec::invalid);
        });
  }
}

TEST_CASE("the event buffer is bounded and counts what it drops") {
  event_buffer buffer;
  for (std::size_t i = 0; i < event_buffer::bound + 5; ++i)
    buffer.put({engine_event::kind::client_connected, "peer", ""});
  auto content = buffer.take();
  CHECK(content.events.size() == event_buffer::bound);
  CHECK(content.dropped == 5);
  content = buffer.take();
  CHECK(content.events.empty());
  CHECK(content.dropped == 0);
}
