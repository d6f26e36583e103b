// Parts of the control law that stand alone: set-points of percentiles, the knee of a backend, credit for bursts.
#include "actors/domain/burst_credit.hpp"
#include "actors/domain/capacity.hpp"
#include "actors/domain/knee.hpp"
#include "actors/domain/set_point.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <random>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

/// Exponentially distributed latencies.
latency_histogram some_latencies(std::mt19937_64& dice, int count, duration mean) {
  latency_histogram result;
  for (int i = 0; i < count; ++i) {
    const auto uniform = (static_cast<double>(dice() >> 11) + 0.5) * 0x1.0p-53;
    result.record(duration{std::llround(-std::log(uniform) * static_cast<double>(mean.count()))});
  }
  return result;
}

} // namespace

TEST_CASE("a percentile's ratio to its target is read from counts as the verdict would from the histogram") {
  std::mt19937_64 dice{1};
  for (const auto mean : {1ms, 2ms, 4ms, 8ms}) {
    CAPTURE(mean.count());
    percentile_watch x;
    latency_histogram all;
    for (int i = 0; i < 50; ++i) {
      const auto part = some_latencies(dice, 1000, mean);
      all.merge(part);
      x.add(part, 20ms);
    }
    x.age(0); // ends the tick
    for (const auto q : {0.5, 0.9, 0.99}) {
      CAPTURE(q);
      const auto exact = static_cast<double>(all.quantile(q).count()) / 20e6;
      if (exact > 0.1 && exact < 2.5)
        CHECK(x.ratio(q) == doctest::Approx(exact).epsilon(0.12)); // buckets of an eighth
    }
  }
}

TEST_CASE("a percentile says nothing without enough requests, and old requests are forgotten") {
  percentile_watch x;
  latency_histogram slow;
  for (int i = 0; i < 200; ++i)
    slow.record(50ms);
  x.add(slow, 20ms);
  x.age(0.1);
  CHECK(x.ratio(0.99) == 0); // two of 200 may be slower
  CHECK(x.ratio(0.9) > 1);
  x.age(20);
  CHECK(x.ratio(0.9) == 0);
}

TEST_CASE("a set-point finds the share at which the percentile holds, and stays in its bounds") {
  for (const auto gain : {0.6, 1.0, 2.0, 3.0}) { // how much of the target the percentile is, per share aimed at
    CAPTURE(gain);
    set_point x;
    double seen = 0; // the watch is late
    for (int tick = 0; tick < 1200; ++tick) {
      seen += (gain * std::max(x.share, 0.01) - seen) / 30;
      x.follow(seen, 0.45);
      CHECK(x.share >= 0.45 / 3 - 1e-9);
      CHECK(x.share <= 1.1 * 0.45 + 1e-9);
    }
    const auto wanted = std::min(0.8 / gain, 1.1 * 0.45); // never far above: a burst doubles the queue at first
    CHECK(x.share == doctest::Approx(wanted).epsilon(0.05));
  }
  set_point hopeless;
  for (int tick = 0; tick < 1000; ++tick)
    hopeless.follow(2.5, 0.45);
  CHECK(hopeless.share == doctest::Approx(0.15));
  hopeless.follow(std::nan(""), 0.45);
  CHECK(std::isfinite(hopeless.share));
}

TEST_CASE(
    "a little above the eight in flight of eight servers of 1 ms is aimed at, once more was seen to give no more") {
  constexpr double most = 0.02;
  knee_estimate x;
  const auto delivered = [](double in_flight) {
    return 1000 * std::min(in_flight, 8.0);
  };
  for (int tick = 1; tick < 60; ++tick)
    for (const auto in_flight : {2.0, 5.0, 7.0, 9.0})
      x.observe(in_flight, delivered(in_flight), tick * 100ms);
  CHECK(x.wanted_aim(6s, 0, most) == most); // it might go on like that
  for (int tick = 60; tick < 70; ++tick)
    x.observe(100, delivered(100), tick * 100ms);
  // A bin is a quarter of a power of two; 1.3 is how much above its upper edge.
  CHECK(x.wanted_aim(7s, 0, most) == doctest::Approx(1.3 * 0.00119).epsilon(0.01));
  CHECK(x.wanted_aim(7s, 0.005, most) == 0.005);
  CHECK(x.wanted_aim(7s + knee_estimate::memory + 1s, 0, most) == most);
}

TEST_CASE("the aim goes down to a little above the knee, and looks at the top again when that was forgotten") {
  knee_estimate x;
  std::mt19937_64 dice{1};
  double aim = 0.02;
  double lowest = 1;
  int ticks_at_the_top = 0;
  constexpr int ticks = 6000; // ten minutes
  for (int tick = 1; tick <= ticks; ++tick) {
    const auto now = tick * 100ms;
    const auto scatter = 0.9 + 0.2 * static_cast<double>(dice() % 1000) / 1000;
    const auto in_flight = 8000 * aim * scatter; // 8 servers of 1 ms
    x.observe(in_flight, 1000 * std::min(in_flight, 8.0) * (0.99 + 0.01 * scatter), now);
    const auto wanted = x.wanted_aim(now, 0.0001, 0.02);
    aim += 0.05 * (wanted - aim);
    if (tick > 600) {
      lowest = std::min(lowest, aim);
      ticks_at_the_top += aim > 0.003 ? 1 : 0;
    }
  }
  CHECK(lowest >= 0.00085); // the knee is at 1 ms: hardly ever below
  CHECK(ticks_at_the_top < ticks / 5);
}

TEST_CASE("the knee is total") {
  knee_estimate x;
  x.observe(std::nan(""), 1, 1s);
  x.observe(1e300, 1e300, 1s);
  x.observe(-1, -1, 1s);
  CHECK(std::isfinite(x.wanted_aim(2s, 0, 0.02)));
}

namespace {

/// Streams on several gateways, each with a bucket of its share that is filled by the rate it is given.
struct several_buckets {
  limit terms{{1000}, {}, burst{{2000}, 5s}};
  burst_credit joint;
  std::array<double, 4> held{1250, 1250, 1250, 1250};
  std::array<double, 4> late{}; ///< the extra rates that are in force, a tick late

  /// One tick in which only the stream `busy` asks, for all it can get. What it used, per second.
  double tick(std::size_t busy) {
    constexpr auto least = 0.02;
    double sum = 0;
    for (const auto x : held)
      sum += x;
    double used_by_busy = 0;
    for (std::size_t i = 0; i < held.size(); ++i) {
      const auto share = i == busy ? 1 - 3 * least / 4 : least / 4;
      const auto rate = share * 1000 + late[i];
      const auto used = i == busy ? std::min(rate + held[i] / 0.1, share * 2000 + late[i]) : 0;
      held[i] = held_credit(terms, held[i], share, rate, used, 0.1);
      if (i == busy)
        used_by_busy = used;
      late[i] = share * joint.extra_rate(terms);
    }
    joint.pass(terms, used_by_busy, sum, 0.1);
    return used_by_busy;
  }
};

} // namespace

TEST_CASE("a burst that moves from gateway to gateway spends the joint credit, and no more") {
  several_buckets x;
  double used = 0;
  for (int tick = 0; tick < 200; ++tick)
    used += 0.1 * x.tick(static_cast<std::size_t>(tick / 50)); // 5 s on each
  // 20 s at the limit, and 5,000 of credit that were there.
  CHECK(used <= 20'000 + 5'000 + 1e-6);
  CHECK(used >= 0.95 * 25'000);
}

TEST_CASE("after a burst the limit holds over any second") {
  several_buckets x;
  for (int tick = 0; tick < 300; ++tick) {
    const auto used = x.tick(static_cast<std::size_t>(tick / 100));
    if (tick >= 200 + 90)
      CHECK(used <= 1.03 * 1000);
  }
}

TEST_CASE("without a burst there is no credit") {
  const limit terms{{1000}, {}, {}};
  burst_credit x;
  x.pass(terms, 0, 0, 10);
  CHECK(full_credit(terms) == 0);
  CHECK(x.extra_rate(terms) == 0);
}

namespace {

capacity_estimate proven_at(double rate) {
  capacity_estimate x;
  for (int tick = 0; tick < 60; ++tick)
    x.observe(rate, true);
  return x;
}

} // namespace

TEST_CASE("a capacity that steps down and up is followed within half a second") {
  auto x = proven_at(8000);
  CHECK(x.rate == doctest::Approx(8000).epsilon(0.01));
  for (int tick = 0; tick < 10; ++tick)
    x.observe(4800, true);
  CHECK(x.rate == doctest::Approx(4800).epsilon(0.03));
  for (int tick = 0; tick < 5; ++tick)
    x.observe(8000, true);
  CHECK(x.rate == doctest::Approx(8000).epsilon(0.03));
}

TEST_CASE("a burst out of a cache does not inflate the capacity, full backend or not") {
  for (const auto full : {false, true}) {
    auto x = proven_at(8000);
    for (int tick = 0; tick < 5; ++tick)
      x.observe(50'000, full);
    CHECK(x.rate <= 1.11 * 8000);
    for (int tick = 0; tick < 5; ++tick)
      x.observe(8000, true);
    CHECK(x.rate == doctest::Approx(8000).epsilon(0.02));
  }
}

TEST_CASE("a capacity that doubled for good is found within four seconds") {
  auto x = proven_at(8000);
  for (int tick = 0; tick < 40; ++tick)
    x.observe(16'000, true);
  CHECK(x.rate == doctest::Approx(16'000).epsilon(0.02));
}

TEST_CASE("where rates held everybody back in vain the estimate looks higher, and proves nothing by that") {
  auto x = proven_at(8000);
  const auto proven = x.proven;
  for (int tick = 0; tick < 36; ++tick)
    x.probe();
  CHECK(x.rate == doctest::Approx(8000 * std::pow(1.02, 36)).epsilon(0.01)); // twice as high in four seconds
  CHECK(x.proven == proven);
  for (int tick = 0; tick < 15; ++tick)
    x.observe(8000, true); // more did not come
  CHECK(x.rate == doctest::Approx(8000).epsilon(0.01));
  capacity_estimate unknown;
  unknown.probe();
  CHECK(unknown.rate == 0);
}

TEST_CASE("an estimate above what was ever proven on a full backend is forgotten") {
  auto x = proven_at(8000);
  for (int tick = 0; tick < 100; ++tick)
    x.observe(50'000, false);
  CHECK(x.rate > 10'000);
  for (int tick = 0; tick < 3000; ++tick)
    x.observe(1000, false);
  CHECK(x.rate <= 8000);
  CHECK(x.rate >= 0.7 * 8000); // five minutes: what was proven is hardly forgotten
}
