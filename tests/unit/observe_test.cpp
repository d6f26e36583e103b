// A backend that is only observed: nobody is held back, and it is said who would be; and the evidence for admission.
#include "actors/domain/evidence.hpp"
#include "actors/domain/explanation.hpp"
#include "actors/domain/loop.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

agreement gold() {
  agreement x;
  x.name = "oltp-gold";
  x.tenant = "acme";
  x.streams.volume = "oltp";
  x.objective.reservation = {1500};
  x.objective.latency = {{latency_statistic::mean, 5ms, {2500}}};
  return x;
}

policy_document mode(const char* word, const char* pattern = "*") {
  policy_document x;
  x.backends = {{pattern, {{"mode", parse_setting(*find_policy_key("mode"), word).value()}}}};
  return x;
}

sample measured(const char* volume, const char* backend, double iops, duration latency, std::uint32_t in_flight) {
  sample x;
  x.stream = {"gw", volume, "client"};
  x.backend = backend;
  x.interval = 100ms;
  x.arrivals = x.completions = x.reads = static_cast<std::uint64_t>(iops / 10);
  x.read_bytes = x.reads * 4096;
  x.in_flight = in_flight;
  x.mean_in_flight = in_flight;
  for (std::uint64_t i = 0; i < x.completions; ++i) {
    x.backend_latency.record(latency);
    x.total_latency.record(latency);
  }
  return x;
}

struct bench {
  loop_state state;
  std::uint64_t tick = 0;
  std::map<std::string, throttle> sent;     ///< by volume: the last
  std::map<std::string, throttle> observed; ///< likewise
  std::vector<event> events;
  std::map<std::string, std::uint64_t> generations;

  explicit bench(const policy_document& policy) {
    set_terms(state, {gold()}, {}, 0ns, {});
    REQUIRE(set_policy(state, policy, {}).empty());
  }

  /// A victim and an aggressor on one backend. The gateway applies what it is sent.
  void contend(int ticks, const char* backend = "disk") {
    for (int i = 0; i < ticks; ++i)
      step_with({measured("oltp", backend, 2000, 30ms, 60), measured("batch", backend, 6000, 30ms, 196)});
  }

  void step_with(std::vector<sample> samples) {
    ++tick;
    for (auto& x : samples) {
      x.sequence = tick;
      x.generation = generations[x.stream.volume];
      take(state, 1, x, tick * 100ms);
    }
    const auto& out = step(state, tick * 100ms, {static_cast<std::int64_t>(tick) * 100'000}, {});
    for (const auto& x : out.throttles) {
      sent[x.stream.volume] = x;
      generations[x.stream.volume] = x.generation;
    }
    for (const auto& x : out.observed)
      observed[x.stream.volume] = x;
    for (const auto& x : out.events)
      events.push_back(x);
  }

  [[nodiscard]] auto count(event_kind kind) const {
    return std::count_if(events.begin(), events.end(), [&](const event& x) {
      return x.kind == kind;
    });
  }
};

} // namespace

TEST_SUITE_BEGIN("unit.observe");

TEST_CASE("on an observed backend nobody is sent anything, and it is said who would be held, why and to what") {
  bench b{mode("observe")};
  b.contend(30);
  CHECK(b.sent.empty());
  REQUIRE(b.observed.contains("batch"));
  const auto& would = b.observed["batch"];
  CHECK(would.why.observed);
  CHECK(would.why.rule == throttle_rule::protection);
  CHECK(would.why.beneficiary == "oltp-gold");
  CHECK(would.now.depth > 0);
  CHECK(b.count(event_kind::would_throttle) == 1);
  CHECK(b.count(event_kind::stream_throttled) == 0);
  REQUIRE(!b.events.empty());
  const auto said = std::find_if(b.events.begin(), b.events.end(), [](const event& x) {
    return x.kind == event_kind::would_throttle;
  });
  CHECK(said->text.starts_with("Would be held to "));
  CHECK(b.state.backends.at("disk").status.observed);
  CHECK(would_be_in_force(b.state).size() == 1);
  CHECK(in_force(b.state).empty());
}

TEST_CASE("the observation ends with what would have been held") {
  bench b{mode("observe")};
  b.contend(30);
  for (int i = 0; i < 60; ++i)
    b.step_with({measured("oltp", "disk", 2000, 1ms, 2), measured("batch", "disk", 20, 1ms, 1)});
  CHECK(b.observed["batch"].why.rule == throttle_rule::none);
  CHECK(b.count(event_kind::would_release) == 1);
  CHECK(would_be_in_force(b.state).empty());
  CHECK(b.sent.empty());
}

TEST_CASE("what was held is released when the mode becomes observe, and held again when it is enforce") {
  bench b{mode("enforce")};
  b.contend(30);
  REQUIRE(b.sent["batch"].now.depth > 0);
  const auto generation = b.sent["batch"].generation;
  REQUIRE(set_policy(b.state, mode("observe"), {}).empty());
  b.contend(1);
  for (const auto* volume : {"oltp", "batch"}) {
    CHECK(b.sent[volume].now.unlimited());
    CHECK(b.sent[volume].envelope.unlimited());
  }
  CHECK(b.sent["batch"].generation > generation);
  CHECK(b.observed["batch"].now.depth > 0);
  b.contend(20);
  CHECK(b.sent["batch"].now.unlimited());
  REQUIRE(set_policy(b.state, mode("enforce"), {}).empty());
  b.contend(1);
  CHECK(b.sent["batch"].now.depth > 0);
  CHECK(b.observed["batch"].why.rule == throttle_rule::none); // the server forgets what would be
  CHECK(would_be_in_force(b.state).empty());
}

TEST_CASE("the policy of one backend is not that of another") {
  bench b{mode("observe", "ssd*")};
  for (int i = 0; i < 30; ++i)
    b.step_with({measured("oltp", "ssd-1", 2000, 30ms, 60), measured("batch", "ssd-1", 6000, 30ms, 196),
                 measured("oltp-2", "disk", 2000, 30ms, 60), measured("other", "disk", 6000, 30ms, 196)});
  CHECK(!b.sent.contains("batch"));
  CHECK(b.observed.contains("batch"));
  CHECK(!b.state.backends.at("disk").status.observed);
}

TEST_CASE("an operator's order holds on an observed backend, too, and alone") {
  bench b{mode("observe")};
  b.contend(30);
  override_order order;
  order.stream = {"gw", "batch", "client"};
  order.iops = rate{100};
  order.who = "ann";
  set_terms(b.state, {gold()}, {order}, b.tick * 100ms, {});
  b.contend(2);
  CHECK(b.sent["batch"].now.iops == rate{100});
  CHECK(b.sent["batch"].now.depth == 0);
  CHECK(b.sent["batch"].why.rule == throttle_rule::override_);
  CHECK(!b.sent.contains("oltp"));
}

TEST_CASE("a limit that is only observed is told from what the stream asks for") {
  bench b{mode("observe")};
  auto limited = gold();
  limited.objective.limit.iops = rate{1600};
  set_terms(b.state, {limited}, {}, 0ns, {});
  for (int i = 0; i < 10; ++i)
    b.step_with({measured("oltp", "disk", 3000, 1ms, 3)});
  CHECK(b.sent.empty());
  REQUIRE(b.observed.contains("oltp"));
  CHECK(b.observed["oltp"].why.rule == throttle_rule::limit);
  CHECK(b.observed["oltp"].now.iops == rate{1600});
  CHECK(b.count(event_kind::would_throttle) == 0); // it is part of what was agreed
}

TEST_CASE("a core that was restarted under an observing policy takes over nothing that holds") {
  bench b{mode("observe")};
  b.generations["batch"] = 17;
  auto x = measured("batch", "disk", 6000, 30ms, 24);
  x.control = control_state::throttled;
  auto victim = measured("oltp", "disk", 2000, 30ms, 60);
  b.step_with({victim, x});
  b.step_with({victim, x});
  REQUIRE(b.sent.contains("batch"));
  CHECK(b.sent["batch"].generation == 18);
  CHECK(b.sent["batch"].now.unlimited());
}

TEST_CASE("a wrong policy changes nothing and names each mistake") {
  bench b{mode("observe")};
  auto wrong = mode("enforce");
  wrong.defaults = {{"knee", -1}, {"nonsense", 1}};
  CHECK(set_policy(b.state, wrong, {}).size() == 2);
  b.contend(30);
  CHECK(b.sent.empty());
}

TEST_CASE("the order in which tiers yield in a deficit is the policy's") {
  for (const auto* order : {"bronze, gold", "gold, bronze"}) {
    CAPTURE(order);
    policy_document x;
    x.defaults = {{"deficit.yield", parse_setting(*find_policy_key("deficit.yield"), order).value()}};
    bench b{x};
    auto first = gold();
    first.objective = {};
    first.objective.reservation = {5000};
    first.objective.tier = tier::gold;
    auto second = first;
    second.name = "batch-bronze";
    second.streams.volume = "batch";
    second.objective.tier = tier::bronze;
    set_terms(b.state, {first, second}, {}, 0ns, {});
    for (int i = 0; i < 40; ++i) { // 10,000 are promised and asked for, 6,000 given
      std::vector<sample> samples{measured("oltp", "disk", 3000, 30ms, 200),
                                  measured("batch", "disk", 3000, 30ms, 200)};
      for (auto& one : samples) {
        one.arrivals = 500;
        one.backlog = static_cast<std::uint32_t>(200 * (i + 1)); // what is not served waits
      }
      b.step_with(samples);
    }
    REQUIRE(b.state.backends.at("disk").deficit.declared);
    const auto& entities = b.state.backends.at("disk").entities;
    const auto cut = std::find_if(entities.begin(), entities.end(), [](const entity& one) {
      return one.cut;
    });
    REQUIRE(cut != entities.end());
    CHECK(cut->name == (std::string{order}.starts_with("bronze") ? "batch-bronze" : "oltp-gold"));
  }
}

TEST_CASE("evidence: a backend that was never crowded was never seen full, whatever the loop takes it for") {
  capacity_evidence x;
  for (int i = 0; i < 599; ++i)
    x.observe(1000, 1, 0.001, false, 1000);
  CHECK(x.least_latency() == 0ns);
  x.observe(1000, 1, 0.001, false, 1000);
  CHECK(x.least_latency() == 1ms);
  for (int i = 0; i < 100; ++i)
    x.observe(2000, 3, 0.0012, true, 2000); // no slower than before: the requests do not wait for each other
  CHECK(!x.full_seen());
  for (int i = 0; i < 9; ++i)
    x.observe(8000, 40, 0.005, true, 8000);
  CHECK(!x.full_seen());
  x.observe(8000, 40, 0.005, true, 8000);
  CHECK(x.full_seen());
  CHECK(x.least_latency() == 1ms);
}

TEST_CASE("evidence: the latency under load is not that at low load, and one quick answer is none") {
  capacity_evidence x;
  for (int i = 0; i < 100; ++i)
    x.observe(8000, 40, 0.005, true, 8000);
  CHECK(x.full_seen());
  CHECK(x.least_latency() == 0ns);
  for (int i = 0; i < 100; ++i)
    x.observe(7000, 20, 0.003, false, 8000); // more than half
  CHECK(x.least_latency() == 0ns);
  for (int i = 0; i < 600; ++i)
    x.observe(100, 1, 0.002, false, 8000);
  CHECK(x.least_latency() == 2ms);
  x.observe(100, 1, 0.00001, false, 8000);
  CHECK(x.least_latency() > 1'700us);
}

TEST_SUITE_END();
