// Single steps of the control law, among them the mistakes that earlier drafts made.
#include "actors/domain/allocation.hpp"
#include "actors/domain/envelope.hpp"
#include "actors/domain/loop.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

agreement oltp_gold() {
  agreement x;
  x.name = "oltp-gold";
  x.tenant = "acme";
  x.version = 1;
  x.streams.volume = "oltp";
  x.objective.reservation = {1500};
  x.objective.limit.iops = {6000};
  x.objective.weight = 4;
  x.objective.tier = tier::gold;
  x.objective.latency = {{latency_statistic::mean, 5ms, {2500}}};
  return x;
}

agreement batch_bronze() {
  agreement x;
  x.name = "batch-bronze";
  x.tenant = "acme";
  x.version = 1;
  x.streams.volume = "batch";
  x.objective.reservation = {1000};
  return x;
}

/// A sample of 100 ms.
sample make_sample(const char* volume, std::uint64_t sequence, double iops, duration latency, std::uint32_t backlog,
                   std::uint32_t in_flight) {
  sample x;
  x.stream = {"gw", volume, "client"};
  x.backend = "disk";
  x.sequence = sequence;
  x.interval = 100ms;
  x.arrivals = x.completions = x.reads = static_cast<std::uint64_t>(iops / 10);
  x.read_bytes = x.reads * 4096;
  x.backlog = backlog;
  x.in_flight = in_flight;
  x.mean_in_flight = in_flight;
  x.limited_by_depth = backlog > 0 ? 100ms : 0ms;
  for (std::uint64_t i = 0; i < x.completions; ++i) {
    x.backend_latency.record(latency);
    x.total_latency.record(latency);
  }
  return x;
}

/// A core that is fed by hand.
struct bench {
  loop_state state;
  control_policy policy;
  std::uint64_t tick = 0;
  std::map<stream_id, throttle> sent;
  loop_output last;

  explicit bench(std::vector<agreement> agreements) {
    set_terms(state, std::move(agreements), {}, 0ns, {});
  }
  void step_with(std::vector<sample> samples) {
    ++tick;
    for (auto& x : samples) {
      x.sequence = tick;
      take(state, 1, x, tick * 100ms);
    }
    last = step(state, tick * 100ms, {static_cast<std::int64_t>(tick) * 100'000}, policy);
    for (const auto& x : last.throttles)
      sent[x.stream] = x;
  }
  const throttle& of(const char* volume) {
    return sent.at({"gw", volume, "client"});
  }
};

} // namespace

TEST_CASE("without an agreement on any of its streams a backend is left alone") {
  bench b{{}};
  for (int i = 0; i < 20; ++i)
    b.step_with({make_sample("oltp", 0, 2000, 30ms, 0, 60), make_sample("batch", 0, 6000, 30ms, 0, 196)});
  CHECK(b.sent.empty());
  CHECK(b.last.events.empty());
}

TEST_CASE("before the terms are known nothing is decided, not even a release") {
  loop_state state;
  auto x = make_sample("oltp", 1, 2000, 1ms, 0, 2);
  x.generation = 17;
  take(state, 1, x, 1s);
  const auto& out = step(state, 1s, {}, {});
  CHECK(out.throttles.empty());
  CHECK(out.backends.empty());
}

TEST_CASE("when the last agreement ends its streams are released, above the generation they have") {
  bench b{{}};
  auto x = make_sample("oltp", 0, 2000, 1ms, 0, 2);
  x.generation = 17;
  b.step_with({x});
  CHECK(b.of("oltp").generation == 18);
  CHECK(b.of("oltp").now.unlimited());
  CHECK(b.of("oltp").envelope.unlimited());
  CHECK(b.of("oltp").why.rule == throttle_rule::none);
}

TEST_CASE("a burst beside a protected stream is held back in the tick in which it is seen, with the figures") {
  bench b{{oltp_gold(), batch_bronze()}};
  for (int i = 0; i < 10; ++i)
    b.step_with({make_sample("oltp", 0, 2000, 1ms, 0, 2)});
  b.step_with({make_sample("oltp", 0, 2000, 30ms, 0, 60), make_sample("batch", 0, 6000, 30ms, 0, 196)});
  const auto& held = b.of("batch");
  CHECK(held.now.depth > 0);
  CHECK(held.now.depth <= 32); // 8000 IOPS * 4 ms would be 32 for both
  CHECK(held.why.rule == throttle_rule::protection);
  CHECK(held.why.beneficiary == "oltp-gold");
  CHECK(held.why.backend == "disk");
  CHECK(held.why.target == 5ms);
  CHECK(std::any_of(b.last.events.begin(), b.last.events.end(), [](const event& x) {
    return x.kind == event_kind::stream_throttled && x.subject == "gw/batch/client";
  }));
}

TEST_CASE("one that keeps to its promise is not held back, whatever the others do") {
  bench b{{oltp_gold(), batch_bronze()}};
  for (int i = 0; i < 30; ++i) {
    b.step_with({make_sample("oltp", 0, 2000, 30ms, 0, 60), make_sample("batch", 0, 6000, 30ms, 0, 196)});
    CHECK(b.of("oltp").why.rule == throttle_rule::none);
    CHECK(b.of("oltp").now.depth >= 60);
  }
}

TEST_CASE("mistake 1: waiting for our own tokens is no latency of the backend") {
  bench b{{oltp_gold(), batch_bronze()}};
  for (int i = 0; i < 50; ++i) {
    auto victim = make_sample("oltp", 0, 2000, 3ms, 0, 6);
    auto batch = make_sample("batch", 0, 6000, 3ms, 128, 18);
    batch.total_latency.clear();
    for (std::uint64_t k = 0; k < batch.completions; ++k)
      batch.total_latency.record(40ms); // of these 37 ms in our own queue
    b.step_with({victim, batch});
  }
  CHECK(b.state.backends.at("disk").capacity.rate == doctest::Approx(8000).epsilon(0.02));
  CHECK(b.of("batch").now.depth >= 17); // 6000 IOPS * 3.25 ms = 19.5
}

TEST_CASE("mistake 2: a closed loop that is throttled asks for little, but what it has outstanding gives it away") {
  bench b{{oltp_gold(), batch_bronze()}};
  for (int i = 0; i < 50; ++i)
    b.step_with({make_sample("oltp", 0, 2000, 3ms, 0, 6), make_sample("batch", 0, 1000, 3ms, 128, 3)});
  const auto& entities = b.state.backends.at("disk").entities;
  const auto batch = std::find_if(entities.begin(), entities.end(), [](const entity& x) {
    return x.name == "batch-bronze";
  });
  REQUIRE(batch != entities.end());
  CHECK(batch->excess);
  CHECK(batch->hungry);
}

TEST_CASE("mistake 3: one that waits is given requests in flight, not a rate that would have to be guessed") {
  bench b{{oltp_gold(), batch_bronze()}};
  for (int i = 0; i < 50; ++i)
    b.step_with({make_sample("oltp", 0, 2000, 3ms, 0, 6), make_sample("batch", 0, 6000, 3ms, 128, 18)});
  CHECK(b.of("batch").now.iops.unlimited());
  CHECK(b.of("batch").now.depth > 0);
}

TEST_CASE("mistake 4: after a drop of capacity only what conforming streams use is kept for them") {
  std::vector<entity> xs(2);
  xs[0].promise = promise_of(oltp_gold().objective, {});
  xs[0].used = 1000;
  xs[0].demand = 2400; // the highest of the last ticks
  xs[1].promise = promise_of(batch_bronze().objective, {});
  xs[1].excess = xs[1].hungry = true;
  xs[1].backlog = 256;
  xs[0].entitled = xs[1].entitled = 0;
  allocate(xs, {4000, 1, 0.004, false});
  CHECK(xs[1].part == doctest::Approx(3000));
  CHECK(xs[1].depth == 12); // 3000 IOPS * 4 ms
}

TEST_CASE("a victim whose requests pile up because it is not served is no aggressor") {
  entity x;
  x.promise = promise_of(oltp_gold().objective, {});
  x.fresh = true;
  x.arrivals = 2400;
  x.used = 1200;
  x.backlog = 150;
  for (int i = 1; i < 20; ++i)
    judge_excess(x, 0.003, i * 100ms, {});
  CHECK(!x.excess);
  x.used = 2500; // served, and still so much outstanding: it wants more than it was promised
  for (int i = 20; i < 23; ++i)
    judge_excess(x, 0.003, i * 100ms, {});
  CHECK(x.excess);
}

TEST_CASE("many streams whose peaks come one after the other ask for what comes at once, and may wait for it") {
  entity x;
  x.promise = promise_of(batch_bronze().objective, {}); // 1,000 per second
  x.fresh = true;
  std::vector<stream_signal> signals(100);
  std::vector<const stream_signal*> all;
  for (auto& s : signals)
    all.push_back(&s);
  const auto run = [&](double rate, int from, int to) {
    for (int tick = from; tick < to; ++tick) {
      for (std::size_t i = 0; i < signals.size(); ++i) {
        signals[i].demand = rate;
        signals[i].arrivals = i % 4 == static_cast<std::size_t>(tick) % 4 ? rate : 0;
        signals[i].used = rate / 4;
        signals[i].backlog = 6;
      }
      gather(x, all);
      judge_excess(x, 0.003, tick * 100ms, {});
    }
  };
  x.ledger.streams.resize(signals.size());
  run(40, 1, 20);
  CHECK(x.demand == doctest::Approx(1000)); // not 4,000
  CHECK(x.outstanding() == doctest::Approx(600));
  CHECK(!x.excess);
  x.ledger.streams.resize(1); // one stream that keeps 600 outstanding would take more if it could
  run(40, 20, 25);
  CHECK(x.excess);
  x.ledger.streams.resize(signals.size());
  run(40, 25, 60);
  CHECK(!x.excess);
  run(60, 60, 80);
  CHECK(x.excess);
}

TEST_CASE("a limit follows what waits at another gateway though the old one's last sample still asks for all") {
  auto terms = batch_bronze().objective;
  terms.limit.iops = {3000};
  entity x;
  x.terms = &terms;
  stream_table streams;
  for (const auto* gateway : {"g-1", "g-2"})
    x.ledger.streams.push_back(streams.add({gateway, "db", "vm"}));
  auto& before = streams[x.ledger.streams[0]].signal;
  before.arrivals = before.demand = 3000;
  auto& after = streams[x.ledger.streams[1]].signal;
  after.arrivals = after.demand = 300; // it came at the end of the interval
  after.backlog = 64;
  split_scratch scratch;
  split(x, streams, 50, scratch);
  const auto old_part = scratch.shares[0].limit.iops.per_second;
  const auto new_part = scratch.shares[1].limit.iops.per_second;
  CHECK(new_part >= 1400);
  CHECK(old_part + new_part <= 3000);
  CHECK(old_part + new_part >= 2990);
}

TEST_CASE("the envelope follows Little's law, and a slow backend widens it at most fourfold") {
  CHECK(envelope_depth(2500, 0.005) == 27); // 1.5 * 12.5 + 8 = 26.75
  CHECK(envelope_depth(0, 0) == 8);
  CHECK(envelope_latency(0.005, 0.001) == doctest::Approx(0.005));
  CHECK(envelope_latency(0.005, 0.012) == doctest::Approx(0.012));
  CHECK(envelope_latency(0.005, 0.100) == doctest::Approx(0.020));
}

TEST_CASE("a limit is enforced always, alone and unhurt by others, with its burst") {
  auto limited = batch_bronze();
  limited.objective.limit = {{2000}, {8'000'000}, burst{{3000}, 5s}};
  bench b{{limited}};
  b.step_with({make_sample("batch", 0, 100, 1ms, 0, 1)});
  const auto& x = b.of("batch");
  CHECK(x.now.iops.per_second == 2000);
  CHECK(x.now.bandwidth.per_second == 8'000'000);
  CHECK(x.now.burst_iops.per_second == 3000);
  CHECK(x.now.burst_length == 5s);
  CHECK(x.now.depth == 0); // nobody else is there
  CHECK(x.envelope.iops.per_second == 2000);
  CHECK(x.envelope.depth > 0);
}

TEST_CASE("an operator's order caps its stream, without any agreement too, until it ends") {
  bench b{{}};
  override_order order;
  order.stream = {"gw", "batch", "client"};
  order.iops = {500};
  order.who = "alice";
  order.until = {1'000'000};
  set_terms(b.state, {}, {order}, 0ns, {0});
  b.step_with({make_sample("batch", 0, 3000, 1ms, 0, 3)});
  CHECK(b.of("batch").now.iops.per_second == 500);
  CHECK(b.of("batch").why.rule == throttle_rule::override_);
  CHECK(b.of("batch").why.beneficiary == "alice");
  for (int i = 0; i < 10; ++i)
    b.step_with({make_sample("batch", 0, 500, 1ms, 0, 1)});
  CHECK(b.of("batch").now.iops.unlimited());
  CHECK(b.of("batch").why.rule == throttle_rule::none);
}

TEST_CASE("a step of the wall clock does not lengthen an operator's order") {
  bench b{{}};
  override_order order;
  order.stream = {"gw", "batch", "client"};
  order.iops = {500};
  order.until = {1'000'000'000'000};
  const wall_time label{999'999'000'000}; // one second before its end
  set_terms(b.state, {}, {order}, 5s, label);
  set_terms(b.state, {}, {order}, 5500ms, {1000}); // repeated; meanwhile the wall clock was set back by days
  REQUIRE(b.state.overrides.size() == 1);
  CHECK(b.state.overrides.front().expires == 6s);
}

TEST_CASE("one client on one agreement gains nothing by using several streams: the limit is divided by demand") {
  auto limited = batch_bronze();
  limited.objective.limit.iops = {2000};
  limited.streams.volume = "batch-*";
  bench b{{limited}};
  for (int i = 0; i < 15; ++i)
    b.step_with({make_sample("batch-a", 0, 5000, 1ms, 50, 5), make_sample("batch-b", 0, 100, 1ms, 0, 1)});
  const auto a = b.of("batch-a").now.iops.per_second;
  const auto c = b.of("batch-b").now.iops.per_second;
  CHECK(a + c <= 2000);
  CHECK(a + c >= 1998);
  CHECK(a > 1500);
  CHECK(c >= 100);
}

TEST_CASE("a stream that nobody hears of is forgotten, and one that moves to another backend leaves the old one") {
  bench b{{oltp_gold()}};
  b.step_with({make_sample("oltp", 0, 100, 1ms, 0, 1)});
  auto moved = make_sample("oltp", 0, 100, 1ms, 0, 1);
  moved.backend = "array";
  b.step_with({moved});
  CHECK(!b.state.backends.contains("disk"));
  CHECK(b.state.backends.at("array").population == 1);
  std::vector<stream_id> forgotten;
  for (int i = 0; i < 101; ++i) {
    b.step_with({});
    forgotten.insert(forgotten.end(), b.last.forgotten.begin(), b.last.forgotten.end());
  }
  CHECK(forgotten == std::vector<stream_id>{{"gw", "oltp", "client"}});
  CHECK(b.state.backends.empty());
}

TEST_CASE("nonsense and repeated samples are counted, not believed") {
  bench b{{oltp_gold()}};
  auto nonsense = make_sample("oltp", 0, 100, 1ms, 0, 1);
  nonsense.errors = 1'000'000;
  auto good = make_sample("oltp", 0, 100, 1ms, 0, 1);
  b.step_with({nonsense, good, good});
  CHECK(b.last.refused == 2);
  CHECK(b.last.backends.front().delivered == 100);
}

TEST_CASE("terms that contradict themselves are left out and named") {
  loop_state state;
  auto wrong = oltp_gold();
  wrong.objective.reservation = {9000};
  const auto refused = set_terms(state, {wrong, batch_bronze()}, {}, 0ns, {});
  REQUIRE(refused.size() == 1);
  CHECK(refused.front().first == "oltp-gold");
  CHECK(refused.front().second.path == "spec.objective.reservation.iops");
  CHECK(state.agreements.size() == 1);
}

TEST_CASE("a deficit is declared after half a second and ends two seconds after it is over") {
  const control_policy policy;
  deficit_watch x;
  CHECK(!x.observe(true, 1s, policy));
  CHECK(!x.observe(true, 1400ms, policy));
  CHECK(x.observe(true, 1500ms, policy));
  CHECK(x.declared);
  CHECK(!x.observe(false, 2s, policy));
  CHECK(!x.observe(true, 3s, policy)); // a relapse starts the wait again
  CHECK(!x.observe(false, 3500ms, policy));
  CHECK(!x.observe(false, 5400ms, policy));
  CHECK(x.observe(false, 5500ms, policy));
  CHECK(!x.declared);
}

TEST_CASE("capacity is remembered while nothing waits, and followed down while something does") {
  capacity_estimate x;
  x.observe(8000, true);
  CHECK(x.rate == 8000);
  x.observe(2000, false);
  CHECK(x.rate == 8000);
  for (int i = 0; i < 10; ++i)
    x.observe(4800, true);
  CHECK(x.rate == doctest::Approx(4800).epsilon(0.03));
}
