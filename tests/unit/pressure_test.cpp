// How a backend is doing: what is aimed at, who is in danger, whether a queue is already gone.
#include "actors/domain/pressure.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

constexpr instant now = 100s;
constexpr double no_aim = 0.02;

/// One that was promised a mean so that `aim` is aimed at, and sees `latency` at 1,000 requests per second [s].
entity protected_one(double aim, double latency) {
  entity x;
  x.active = now;
  x.promise.aim = aim;
  x.used = x.completions = 1000;
  x.latency = latency;
  x.mean_in_flight = x.completions * latency;
  return x;
}

entity reserved_one(double rate, double outstanding) {
  entity x;
  x.active = now;
  x.promise.reservation = rate;
  x.in_flight = outstanding;
  return x;
}

} // namespace

TEST_SUITE_BEGIN("domain.pressure");

TEST_CASE("the tightest promise of those who use their streams is aimed at, at most the policy's knee") {
  const control_policy policy;
  std::vector<entity> all{protected_one(0.005, 0), protected_one(0.003, 0), protected_one(0, 0)};
  CHECK(promised_aim(all, now, policy) == doctest::Approx(0.003));
  all[1].active = now - policy.active;
  CHECK(promised_aim(all, now, policy) == doctest::Approx(0.005));
  all[0].promise.aim = 10;
  CHECK(promised_aim(all, now, policy) == doctest::Approx(seconds(policy.knee)));
  all[0].active = now - policy.active;
  CHECK(promised_aim(all, now, policy) == 0);
}

TEST_CASE("a reservation is aimed at by Little's law with the requests that are kept outstanding, and a margin") {
  const control_policy policy;
  std::vector<entity> all{reserved_one(2000, 32)};
  CHECK(reserved_aim(all, now, policy) == doctest::Approx(0.7 * 0.016));
  all[0].counted = 1.25; // promises count large requests as several
  CHECK(reserved_aim(all, now, policy) == doctest::Approx(0.7 * 0.020));
  all[0].counted = 1;
  all[0].in_flight = 1;
  CHECK(reserved_aim(all, now, policy) == doctest::Approx(seconds(policy.knee_least)));
  all[0].in_flight = 1000;
  CHECK(reserved_aim(all, now, policy) == doctest::Approx(seconds(policy.knee)));
}

TEST_CASE("a reservation that is had, in excess, idle or not asked for shortens nothing") {
  const control_policy policy;
  const auto knee = doctest::Approx(seconds(policy.knee));
  std::vector<entity> all{reserved_one(2000, 24)};
  REQUIRE(reserved_aim(all, now, policy) < seconds(policy.knee));
  SUBCASE("it has it") {
    all[0].used = 2300;
  }
  SUBCASE("it takes more than it was promised") {
    all[0].excess = true;
  }
  SUBCASE("it is idle") {
    all[0].active = now - policy.active;
  }
  SUBCASE("nothing is outstanding") {
    all[0].in_flight = 0;
  }
  CHECK(reserved_aim(all, now, policy) == knee);
}

TEST_CASE("the latency is the mean by requests, and what is in flight on average counts in units") {
  std::vector<entity> all{protected_one(0, 0.002), protected_one(0, 0.010)};
  all[0].used = 3000;
  all[0].in_flight = 6;
  all[1].in_flight = 12;
  all[1].cost = 4;
  const auto seen = pressure_on(all, no_aim, now, {});
  CHECK(seen.latency == doctest::Approx((3 * 0.002 + 0.010) / 4));
  CHECK(seen.in_flight == 18);
  CHECK(seen.mean_in_flight == doctest::Approx(1000 * 0.002 + 4 * 1000 * 0.010));
  CHECK(seen.beneficiary == nullptr);
  CHECK(seen.danger == doctest::Approx(seen.latency / no_aim));
}

TEST_CASE("nothing known is no pressure") {
  const auto seen = pressure_on({}, no_aim, now, {});
  CHECK(seen.beneficiary == nullptr);
  CHECK(seen.danger == 0);
  CHECK(seen.latency == 0);
  CHECK(!seen.draining);
}

TEST_CASE("who is in the most danger by its own promise is named, unless it is the cause or idle") {
  const control_policy policy;
  std::vector<entity> all{protected_one(0.010, 0.008), protected_one(0.002, 0.003), protected_one(0, 1)};
  CHECK(pressure_on(all, no_aim, now, policy).beneficiary == &all[1]);
  CHECK(pressure_on(all, no_aim, now, policy).danger == doctest::Approx(1.5));
  all[1].excess = true;
  CHECK(pressure_on(all, no_aim, now, policy).beneficiary == &all[0]);
  all[0].active = now - policy.active;
  CHECK(pressure_on(all, no_aim, now, policy).beneficiary == nullptr);
}

TEST_CASE("who was named stays named while it is in nearly as much danger; the danger is the greatest one") {
  std::vector<entity> all{protected_one(0.010, 0.009), protected_one(0.010, 0.010)};
  all[0].ledger.beneficiary = true;
  CHECK(pressure_on(all, no_aim, now, {}).beneficiary == &all[0]);
  CHECK(pressure_on(all, no_aim, now, {}).danger == doctest::Approx(1));
  all[0].latency = 0.007;
  CHECK(pressure_on(all, no_aim, now, {}).beneficiary == &all[1]);
}

TEST_CASE("a latency above the aim is of a queue that is gone if little is in flight by now") {
  std::vector<entity> all{protected_one(0.005, 0.020)};
  CHECK(!pressure_on(all, no_aim, now, {}).draining);
  all[0].mean_in_flight = 0.4 * 1000 * 0.020;
  CHECK(pressure_on(all, no_aim, now, {}).draining);
  all[0].completions = 0; // without requests nothing can be told
  CHECK(!pressure_on(all, no_aim, now, {}).draining);
}
