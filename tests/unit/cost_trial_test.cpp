// Varying weights so that costs can be learnt.
#include "actors/domain/cost_trial.hpp"

#include <doctest/doctest.h>

#include <array>
#include <vector>

using namespace sluice;

namespace {

/// Two kinds of requests, of which one takes four times as long as the other.
const work small{1, 4096, 0, 0};
const work large{1, 131072, 0, 0};
constexpr double small_time = 0.0001;
constexpr double large_time = 0.0004;

entity waiting(const work& kind, double rate) {
  entity x;
  x.hungry = true;
  x.promise.weight = 1;
  x.done = kind * rate;
  return x;
}

/// A tick of 100 ms in which each got a share of the time by its weight and tilt.
work served(std::vector<entity>& those) {
  double weights = 0;
  for (const auto& x : those)
    weights += x.promise.weight * x.tilt;
  work all;
  for (auto& x : those) {
    const auto kind = x.done * (1 / x.done.requests());
    const auto time = kind.read_bytes > 4096 ? large_time : small_time;
    x.done = kind * (x.promise.weight * x.tilt / weights / time);
    all += x.done * 0.1;
  }
  return all;
}

} // namespace

TEST_CASE("those who do different things are tried until their costs are known, and then left alone") {
  std::vector<entity> those{waiting(small, 100), waiting(large, 100)};
  cost_calibration costs;
  cost_trial trial;
  auto tried = 0;
  for (int tick = 0; tick < 100; ++tick) {
    costs.observe(served(those), 0.1);
    trial.vary(those, costs, true);
    tried += those[0].tilt != 1 ? 1 : 0;
  }
  CHECK(tried >= 8);
  CHECK(tried <= 32);
  CHECK(those[0].tilt == 1);
  CHECK(cost_of(costs.model(), large) == doctest::Approx(4).epsilon(0.01));
}

TEST_CASE("a step and its opposite are equally far from an even division") {
  std::vector<entity> those;
  for (int i = 0; i < 5; ++i)
    those.push_back(waiting(i % 2 == 0 ? small : large, 100));
  cost_calibration costs;
  costs.observe(small * 500, 0.1);
  cost_trial trial;
  std::vector<double> sums(those.size());
  constexpr int pair = 8;
  for (int tick = 0; tick < pair; ++tick) {
    trial.vary(those, costs, true);
    double all = 0;
    for (std::size_t i = 0; i < those.size(); ++i) {
      sums[i] += those[i].tilt;
      all += those[i].tilt;
      CHECK(those[i].tilt > 0);
      CHECK(those[i].tilt != 1);
    }
    CHECK(all == doctest::Approx(those.size()));
  }
  for (const auto sum : sums)
    CHECK(sum == doctest::Approx(pair));
}

TEST_CASE("nobody is varied who does the same as the others, is alone, or while more is at stake") {
  cost_calibration costs;
  costs.observe(small * 500, 0.1);
  const auto tilted = [&](std::vector<entity> those, bool allowed) {
    cost_trial trial;
    trial.vary(those, costs, allowed);
    for (const auto& x : those)
      if (x.tilt != 1)
        return true;
    return false;
  };
  CHECK(tilted({waiting(small, 100), waiting(large, 10)}, true));
  CHECK_FALSE(tilted({waiting(small, 100), waiting(small, 10)}, true));
  CHECK_FALSE(tilted({waiting(large, 100)}, true));
  CHECK_FALSE(tilted({waiting(small, 100), waiting(large, 10)}, false));
  auto content = waiting(large, 10);
  content.hungry = false;
  CHECK_FALSE(tilted({waiting(small, 100), content}, true));
}
