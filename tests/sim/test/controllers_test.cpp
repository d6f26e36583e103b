// The controllers to compare with, each on a backend that is a line of arithmetic.
#include "tests/sim/controllers/aimd.hpp"
#include "tests/sim/controllers/catalogue.hpp"
#include "tests/sim/controllers/ledger.hpp"
#include "tests/sim/controllers/parda.hpp"
#include "tests/sim/controllers/static_limits.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace sluice;
using namespace sluice::sim;
using namespace std::chrono_literals;

namespace {

agreement about(const std::string& volume, std::uint32_t weight) {
  agreement x;
  x.name = volume;
  x.tenant = "tenant";
  x.streams.volume = volume;
  x.objective.weight = weight;
  return x;
}

agreement with_latency(agreement x, duration target, std::uint64_t up_to) {
  x.objective.latency = {{latency_statistic::mean, target, {up_to}}};
  return x;
}

stream_id on(const std::string& volume) {
  return {"gateway", volume, "client"};
}

/// Streams as a controller sees them: what each does in 100 ms, and what it was told.
class stage {
public:
  stage(std::unique_ptr<controller> x, std::vector<agreement> agreements) : subject(std::move(x)) {
    established all{std::move(agreements), {}, {}, {{"disk", 8, 1ms, 0ns}}};
    subject->establish(all, now, {});
  }

  /// A sample of 100 ms, taken now and delivered at once.
  void measure(const std::string& volume, std::uint32_t iops, duration latency, std::uint32_t backlog = 0) {
    sample x;
    x.stream = on(volume);
    x.backend = "disk";
    x.sequence = ++sequence_;
    x.interval = 100ms;
    x.arrivals = x.completions = x.reads = iops / 10;
    x.backlog = backlog;
    for (std::uint32_t i = 0; i < iops / 10; ++i) {
      x.backend_latency.record(latency);
      x.total_latency.record(latency);
    }
    if (const auto at = in_force.find(volume); at != in_force.end())
      x.generation = at->second.generation;
    REQUIRE(problem_with(x) == "");
    subject->take(1, x, now);
  }

  /// Ends the 100 ms; what is sent is in force at once.
  void tick() {
    now += 100ms;
    const auto out = subject->tick(now, {});
    for (const auto& x : out.throttles) {
      REQUIRE(problem_with(x) == "");
      in_force[x.stream.volume] = x;
      ++commands;
    }
    renewals += static_cast<int>(out.renewals.size());
  }

  std::unique_ptr<controller> subject;
  instant now{0};
  std::map<std::string, throttle> in_force;
  int commands = 0;
  int renewals = 0;

private:
  std::uint64_t sequence_ = 0;
};

/// A backend of 8,000 I/O per second with nothing but a queue: what is in flight waits for all that is in flight.
void contend(stage& x, const std::vector<std::string>& volumes, int ticks, std::uint32_t outstanding) {
  for (int t = 0; t < ticks; ++t) {
    std::map<std::string, double> flying;
    double all = 0;
    for (const auto& v : volumes) {
      const auto at = x.in_force.find(v);
      flying[v] = at == x.in_force.end() || at->second.now.depth == 0 ? outstanding
                                                                      : std::min(outstanding, at->second.now.depth);
      all += flying[v];
    }
    const auto latency = std::max(all / 8000, 0.001);
    for (const auto& v : volumes)
      x.measure(v, static_cast<std::uint32_t>(flying[v] / latency), duration{static_cast<std::int64_t>(latency * 1e9)},
                outstanding - static_cast<std::uint32_t>(flying[v]));
    x.tick();
  }
}

} // namespace

TEST_CASE("parda: windows come to be in proportion to shares, at a latency little above the one wanted") {
  control_policy policy; // the knee, 20 ms, is wanted
  stage x{make_parda(policy), {about("one", 1), about("two", 2), about("four", 4)}};
  contend(x, {"one", "two", "four"}, 200, 256);
  const double one = x.in_force["one"].now.depth;
  const double two = x.in_force["two"].now.depth;
  const double four = x.in_force["four"].now.depth;
  CHECK(two / one == doctest::Approx(2).epsilon(0.1));
  CHECK(four / one == doctest::Approx(4).epsilon(0.1));
  CHECK((one + two + four) / 8 >= 20); // latency in ms
  CHECK((one + two + four) / 8 <= 22);
}

TEST_CASE("parda: the window of one that stops falls to the others") {
  stage x{make_parda({}), {about("one", 1), about("two", 1)}};
  contend(x, {"one", "two"}, 100, 256);
  CHECK(x.in_force["one"].now.depth == doctest::Approx(83).epsilon(0.1)); // half of 8,000 / s * 20 ms + 6
  contend(x, {"one"}, 100, 256);
  CHECK(x.in_force["one"].now.depth == doctest::Approx(163).epsilon(0.05)); // beta is 3 of the 6
}

TEST_CASE("parda: wants what Sluice aims at where a latency is promised") {
  control_policy policy;
  stage x{make_parda(policy), {with_latency(about("one", 1), 10ms, 1000), about("two", 1)}};
  contend(x, {"one", "two"}, 200, 256);
  const auto latency_ms = (x.in_force["one"].now.depth + x.in_force["two"].now.depth) / 8.0;
  CHECK(latency_ms >= 10 * policy.aim_mean);
  CHECK(latency_ms <= 10 * policy.aim_mean + 1.5);
}

TEST_CASE("aimd: a missed latency takes a twentieth from whoever is above its promise, down to the promise") {
  stage x{make_aimd({}), {with_latency(about("victim", 1), 5ms, 2500), about("other", 1)}};
  const auto miss = [&] {
    x.measure("victim", 2000, 20ms);
    x.measure("other", 6000, 20ms);
    x.tick();
  };
  miss();
  CHECK(x.in_force["victim"].now.unlimited());
  CHECK(x.in_force["other"].now.iops.per_second == 5700);
  miss();
  CHECK(x.in_force["other"].now.iops.per_second == 5700); // what was measured before the decrease does not count
  miss();
  CHECK(x.in_force["other"].now.iops.per_second == 5415);
  for (int i = 0; i < 250; ++i)
    miss();
  CHECK(x.in_force["other"].now.iops.per_second == 50); // the best-effort floor
  CHECK(x.in_force["victim"].now.unlimited());
}

TEST_CASE(
    "aimd: without a miss rates rise by the same step each tick, in proportion to weights, until they matter no more") {
  stage x{make_aimd({}), {with_latency(about("victim", 1), 5ms, 2500), about("light", 1), about("heavy", 2)}};
  const auto pass = [&](duration latency) {
    x.measure("victim", 2000, latency);
    x.measure("light", 3000, latency, 10);
    x.measure("heavy", 3000, latency, 10);
    x.tick();
  };
  pass(20ms);
  const auto light = x.in_force["light"].now.iops.per_second;
  const auto heavy = x.in_force["heavy"].now.iops.per_second;
  CHECK(light == 2850);
  for (int i = 0; i < 10; ++i)
    pass(2ms);
  // 40 per tick and weight. A step below 5 % is sent with the refresh, so the last one may not be in force yet.
  const auto light_more = x.in_force["light"].now.iops.per_second - light;
  const auto heavy_more = x.in_force["heavy"].now.iops.per_second - heavy;
  CHECK(light_more % 40 == 0);
  CHECK(light_more >= 8 * 40);
  CHECK(light_more <= 10 * 40);
  CHECK(heavy_more % 80 == 0);
  CHECK(heavy_more >= 8 * 80);
  CHECK(heavy_more <= 10 * 80);
  for (int i = 0; i < 200; ++i)
    pass(2ms);
  CHECK(x.in_force["light"].now.unlimited());
}

TEST_CASE("static-limits: an agreement's limit, else a part by weight, set once") {
  auto limited = about("limited", 1);
  limited.objective.limit.iops = {700};
  auto reserved = about("reserved", 1);
  reserved.objective.reservation = {5000};
  stage x{make_static_limits({}), {limited, reserved, about("heavy", 3)}};
  for (int i = 0; i < 50; ++i) {
    for (const auto* volume : {"limited", "reserved", "heavy"})
      x.measure(volume, 1000, 50ms);
    x.tick();
  }
  CHECK(x.in_force["limited"].now.iops.per_second == 700);
  CHECK(x.in_force["reserved"].now.iops.per_second == 5000);
  CHECK(x.in_force["heavy"].now.iops.per_second == 4800);
  CHECK(x.commands == 3);
  CHECK(x.renewals == 3 * 4);
}

TEST_CASE("static-limits: the streams of an agreement share its limit evenly") {
  auto limited = about("v*", 1);
  limited.objective.limit.iops = {900};
  limited.name = "limited";
  stage x{make_static_limits({}), {limited}};
  for (const auto* volume : {"v1", "v2", "v3"})
    x.measure(volume, 100, 1ms);
  x.tick();
  for (const auto* volume : {"v1", "v2", "v3"})
    CHECK(x.in_force[volume].now.iops.per_second == 300);
}

TEST_CASE("a restarted controller continues above the generation that the samples report, and repeats what got lost") {
  stage x{make_static_limits({}), {about("v", 1)}};
  x.measure("v", 100, 1ms);
  x.in_force["v"].generation = 41;
  x.measure("v", 100, 1ms);
  x.tick();
  CHECK(x.in_force["v"].generation == 42);
  x.in_force["v"].generation = 0; // its gateway was restarted
  for (int i = 0; i < 6; ++i) {
    x.measure("v", 100, 1ms);
    x.tick();
  }
  CHECK(x.commands == 2);
  CHECK(x.in_force["v"].generation == 42);
}

TEST_CASE("a ledger refuses repeated and impossible samples") {
  ledger x{control_policy{}};
  sample s;
  s.stream = on("v");
  s.backend = "disk";
  s.sequence = 3;
  s.interval = 100ms;
  x.take(1, s, 0s);
  x.take(1, s, 0s);
  s.sequence = 4;
  s.interval = -100ms;
  x.take(1, s, 0s);
  CHECK(x.commands(0s, {}).refused == 2);
  s.interval = 100ms;
  s.sequence = 1;
  x.take(2, s, 0s); // the gateway was restarted
  CHECK(x.commands(0s, {}).refused == 0);
  CHECK(x.streams().size() == 1);
}

TEST_CASE("the catalogue names each controller once") {
  for (const auto& x : controller_kinds())
    CHECK(find_controller(x.name) == &x);
  CHECK(find_controller("nobody") == nullptr);
}
