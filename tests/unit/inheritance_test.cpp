// What a restarted core does with throttles that its former life ordered, and with gateways that were restarted.
#include "actors/domain/loop.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

sample reported(std::uint64_t sequence, std::uint64_t generation, control_state control) {
  sample x;
  x.stream = {"gw", "batch", "client"};
  x.backend = "disk";
  x.sequence = sequence;
  x.interval = 100ms;
  x.arrivals = x.completions = x.reads = 100;
  x.read_bytes = x.reads * 4096;
  x.generation = generation;
  x.control = control;
  return x;
}

agreement limited() {
  agreement x;
  x.name = "limited";
  x.tenant = "acme";
  x.version = 1;
  x.objective.limit.iops = {2000};
  return x;
}

/// A core that hears one stream ten times a second.
struct hearer {
  loop_state core;
  std::uint64_t tick = 0;
  const loop_output& hear(std::uint64_t generation, control_state control, std::uint64_t incarnation = 7) {
    ++tick;
    take(core, incarnation, reported(tick, generation, control), now());
    return step(core, now(), {}, {});
  }
  const loop_output& wait() {
    ++tick;
    return step(core, now(), {}, {});
  }
  [[nodiscard]] instant now() const {
    return 1h + static_cast<std::int64_t>(tick) * 100ms;
  }
};

} // namespace

TEST_CASE("what a gateway reports as in force is renewed at once, until the stream was planned with five samples") {
  hearer h;
  set_terms(h.core, {limited()}, {}, 1h, {});
  const auto& first = h.hear(41, control_state::throttled);
  REQUIRE(first.renewals.size() == 1);
  CHECK(first.renewals[0] == renewal{{"gw", "batch", "client"}, 41});
  CHECK(first.throttles.empty());
  for (int i = 2; i <= 4; ++i)
    CHECK(h.hear(41, control_state::throttled).throttles.empty());
  const auto& own = h.hear(41, control_state::throttled);
  REQUIRE(own.throttles.size() == 1);
  CHECK(own.throttles[0].generation == 42);
  CHECK(own.throttles[0].now.iops.per_second == 2000);
}

TEST_CASE("before the terms are known what is in force is renewed too, but for no longer than a second") {
  hearer h;
  std::size_t renewals = 0;
  for (int i = 0; i < 30; ++i) {
    const auto& out = h.hear(41, control_state::throttled);
    renewals += out.renewals.size();
    CHECK(out.throttles.empty());
    if (i > 10)
      CHECK(out.renewals.empty());
  }
  CHECK(renewals == 4); // at once, and each 300 ms, the time in which an answer would have come
}

TEST_CASE("a throttle whose lease ran out meanwhile is not renewed") {
  hearer h;
  set_terms(h.core, {limited()}, {}, 1h, {});
  const auto& out = h.hear(41, control_state::envelope);
  CHECK(out.renewals.empty());
  REQUIRE(out.throttles.size() == 1);
  CHECK(out.throttles[0].generation == 42);
}

TEST_CASE("an operator's order does not wait for what is inherited to end") {
  hearer h;
  override_order order;
  order.stream = {"gw", "batch", "client"};
  order.iops = {321};
  order.who = "alice";
  set_terms(h.core, {limited()}, {order}, 1h, {});
  const auto& out = h.hear(41, control_state::throttled);
  REQUIRE(out.throttles.size() == 1);
  CHECK(out.throttles[0].now.iops.per_second == 321);
}

TEST_CASE("a stream that falls silent while its throttle is inherited is released from that after a second") {
  hearer h;
  set_terms(h.core, {limited()}, {}, 1h, {});
  (void)h.hear(41, control_state::throttled);
  std::size_t throttles = 0;
  for (int i = 0; i < 12; ++i)
    throttles += h.wait().throttles.size();
  CHECK(throttles >= 1);
}

TEST_CASE("a gateway that returns with a new incarnation, and no throttle, gets it in full within half a second") {
  hearer h;
  set_terms(h.core, {limited()}, {}, 1h, {});
  std::uint64_t generation = 0;
  for (int i = 0; i < 20; ++i)
    for (const auto& x : h.hear(generation, control_state::throttled).throttles)
      generation = x.generation;
  std::size_t again = 0;
  for (int i = 0; i < 6; ++i)
    for (const auto& x : h.hear(0, control_state::unlimited, 8).throttles) {
      CHECK(x.generation >= generation);
      ++again;
    }
  CHECK(again >= 1);
}
