// Costs by size and operation, and learning them from what a saturated backend delivered.
#include "actors/domain/cost.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>

using namespace sluice;

namespace {

/// A backend with known times: how long it takes for some work [s].
struct known_backend {
  double read = 0.0001;
  double read_byte = 0.0001 / 65536;
  double write = 0.0003;
  double write_byte = 0.0004 / 65536;
  [[nodiscard]] double time_of(const work& x) const {
    return read * x.reads + read_byte * x.read_bytes + write * x.writes + write_byte * x.write_bytes;
  }
};

work reads_of(double count, double bytes) {
  return {count, count * bytes, 0, 0};
}

work writes_of(double count, double bytes) {
  return {0, 0, count, count * bytes};
}

} // namespace

TEST_CASE("a read of 4 KiB costs 1, learnt or not") {
  CHECK(cost_of(cost_model{}, reads_of(1, 4096)) == doctest::Approx(1));
  cost_calibration x;
  x.observe(writes_of(50, 65536), 0.1);
  x.observe(reads_of(500, 8192), 0.1);
  CHECK(cost_of(x.model(), reads_of(1, 4096)) == doctest::Approx(1));
}

TEST_CASE("costs of a sample come from its counters, what is neither read nor write counts as an empty read") {
  sample x;
  x.completions = 13;
  x.reads = 10;
  x.writes = 2;
  x.read_bytes = 40960;
  x.write_bytes = 8192;
  CHECK(cost_of({0.5, 0.5 / 4096, 2, 1.0 / 4096}, work_of(x)) == doctest::Approx(5 + 5 + 0.5 + 4 + 2));
}

TEST_CASE("a large request counts as several where a promise is counted, a small one as one") {
  CHECK(promised_ios(reads_of(10, 4096)) == doctest::Approx(10));
  CHECK(promised_ios(reads_of(10, 16384)) == doctest::Approx(10));
  CHECK(promised_ios(writes_of(10, 65536)) == doctest::Approx(40));
  auto both = reads_of(10, 4096);
  both += writes_of(1, 32768);
  CHECK(promised_ios(both) == doctest::Approx(12));
}

TEST_CASE("costs are learnt within seconds from mixtures that change") {
  const known_backend backend;
  cost_calibration x;
  const work parts[] = {reads_of(1, 4096), reads_of(1, 65536), writes_of(1, 4096), writes_of(1, 65536)};
  // One client after the other joins, each for five seconds.
  for (std::size_t clients = 1; clients <= 4; ++clients) {
    work mix;
    for (std::size_t i = 0; i < clients; ++i)
      mix += parts[i];
    for (int tick = 0; tick < 50; ++tick)
      x.observe(mix * (0.1 / backend.time_of(mix)), 0.1);
  }
  const auto unit = backend.time_of(parts[0]);
  for (const auto& part : parts)
    CHECK(cost_of(x.model(), part) == doctest::Approx(backend.time_of(part) / unit).epsilon(0.03));
}

TEST_CASE("a step of capacity under an unchanged mixture teaches nothing about costs") {
  const known_backend backend;
  cost_calibration x;
  auto large = reads_of(1, 65536);
  auto mix = reads_of(3, 4096);
  for (int tick = 0; tick < 60; ++tick)
    x.observe(large * (0.1 / backend.time_of(large)), 0.1);
  mix += large;
  for (int tick = 0; tick < 60; ++tick)
    x.observe(mix * (0.1 / backend.time_of(mix)), 0.1);
  const auto before = cost_of(x.model(), large);
  CHECK(before == doctest::Approx(backend.time_of(large) / backend.time_of(reads_of(1, 4096))).epsilon(0.05));
  for (int step = 0; step < 20; ++step) {
    const auto speed = step % 2 == 0 ? 0.6 : 1.0;
    for (int tick = 0; tick < 50; ++tick)
      x.observe(mix * (speed * 0.1 / backend.time_of(mix)), 0.1);
  }
  CHECK(cost_of(x.model(), large) == doctest::Approx(before).epsilon(0.05));
}

TEST_CASE("it says how unsure it is what one costs compared with another, and less so the more it saw") {
  const known_backend backend;
  const auto small = reads_of(1, 4096);
  const auto large = reads_of(1, 131072);
  cost_calibration x;
  CHECK(x.doubt(small, large) == 0); // nothing was seen
  auto mix = small;
  mix += large;
  x.observe(mix * (0.1 / backend.time_of(mix)), 0.1);
  CHECK(x.doubt(small, reads_of(7, 4096)) == doctest::Approx(0).epsilon(1e-9));
  const auto before = x.doubt(small, large);
  CHECK(before > 0.2);
  for (int step = 0; step < 8; ++step) {
    auto other = small * (step % 2 == 0 ? 8.0 : 0.5);
    other += large;
    for (int tick = 0; tick < 4; ++tick)
      x.observe(other * (0.1 / backend.time_of(other)), 0.1);
  }
  CHECK(x.doubt(small, large) < 0.02);
}

TEST_CASE("property: whatever it is shown, the model stays finite, non-negative and bounded") {
  const double odd[] = {0, 1, -1, 1e-300, 1e300, std::nan(""), std::numeric_limits<double>::infinity(), 1e12};
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 dice{seed};
    cost_calibration x;
    for (int i = 0; i < 200; ++i) {
      const auto any = [&]() -> double {
        return dice() % 3 == 0 ? odd[dice() % 8] : static_cast<double>(dice() % 1'000'000) / 7;
      };
      x.observe({any(), any(), any(), any()}, dice() % 5 == 0 ? odd[dice() % 8] : 0.1);
      const auto m = x.model();
      for (const auto cost : {m.per_read, m.per_read_byte, m.per_write, m.per_write_byte}) {
        REQUIRE(std::isfinite(cost));
        REQUIRE(cost >= 0);
        REQUIRE(cost <= 101);
      }
      REQUIRE(m.per_read > 0);
      REQUIRE(m.per_write > 0);
    }
  }
}
