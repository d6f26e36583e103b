// Which allowance is in force: static limits, throttle, envelope; leases and generations.
#include "gateways/throttle/stream_control.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::gateway;
using namespace std::chrono_literals;

namespace {

throttle some_throttle(std::uint64_t generation, std::uint64_t iops) {
  throttle x;
  x.stream = {"g", "v", "c"};
  x.generation = generation;
  x.lease = 2s;
  x.now.iops = rate{iops};
  x.envelope.depth = 16;
  return x;
}

} // namespace

TEST_SUITE_BEGIN("gateways.throttle.stream_control");

TEST_CASE("without anything a stream is unlimited") {
  const stream_control control;
  CHECK(control.in_force(1h).state == control_state::unlimited);
  CHECK(control.in_force(1h).what.unlimited());
}

TEST_CASE("static limits hold until the first throttle") {
  allowance fixed;
  fixed.iops = rate{500};
  stream_control control{fixed};
  CHECK(control.in_force(0s).state == control_state::fixed);
  CHECK(control.in_force(0s).what == fixed);
  REQUIRE(control.accept(some_throttle(1, 100), 0s).empty());
  CHECK(control.in_force(1s).state == control_state::throttled);
  CHECK(control.in_force(1s).what.iops == rate{100});
}

TEST_CASE("a lease that runs out puts the envelope in force") {
  stream_control control;
  REQUIRE(control.accept(some_throttle(1, 100), 10s).empty());
  CHECK(control.in_force(11'999'999'999ns).state == control_state::throttled);
  CHECK(control.in_force(11s).until == 12s);
  CHECK(control.in_force(12s).state == control_state::envelope);
  CHECK(control.in_force(12s).what.depth == 16);
  CHECK(control.in_force(12s).what.iops.unlimited());
}

TEST_CASE("the same generation renews the lease") {
  stream_control control;
  REQUIRE(control.accept(some_throttle(7, 100), 0s).empty());
  REQUIRE(control.accept(some_throttle(7, 100), 1s).empty());
  CHECK(control.in_force(2500ms).state == control_state::throttled);
}

TEST_CASE("a renewal of the generation in force begins its lease anew, as long as it was") {
  stream_control control;
  REQUIRE(control.accept(some_throttle(7, 100), 0s).empty());
  CHECK(control.renew(7, 1s).empty());
  CHECK(control.in_force(1s).until == 3s);
  CHECK(control.in_force(1s).what.iops == rate{100});
  CHECK(control.generation() == 7);
}

TEST_CASE("a lease that ran out less than a lease ago is begun anew, and the throttle holds again") {
  stream_control control;
  REQUIRE(control.accept(some_throttle(7, 100), 0s).empty());
  REQUIRE(control.in_force(3999ms).state == control_state::envelope);
  CHECK(control.renew(7, 3999ms).empty());
  CHECK(control.in_force(3999ms).state == control_state::throttled);
  CHECK(control.in_force(3999ms).until == 5999ms);
}

TEST_CASE("a lease that ran out a lease ago stays ended") {
  stream_control control;
  REQUIRE(control.accept(some_throttle(7, 100), 0s).empty());
  CHECK(control.renew(7, 4s) == "its lease ran out longer ago than it lasted");
  CHECK(control.in_force(4s).state == control_state::envelope);
}

TEST_CASE("a renewal of another generation, younger or older, changes nothing") {
  stream_control control;
  REQUIRE(control.accept(some_throttle(7, 100), 0s).empty());
  CHECK(control.renew(8, 1s) == "generation 8 is not the one in force, 7");
  CHECK_FALSE(control.renew(6, 1s).empty());
  CHECK(control.generation() == 7);
  CHECK(control.in_force(1s).until == 2s);
}

TEST_CASE("without a throttle there is nothing to renew") {
  allowance fixed;
  fixed.iops = rate{500};
  stream_control control{fixed};
  CHECK(control.renew(0, 0s) == "there is no throttle");
  CHECK(control.renew(1, 0s) == "there is no throttle");
  CHECK(control.in_force(0s).state == control_state::fixed);
}

TEST_CASE("an older generation is refused and changes nothing") {
  stream_control control;
  REQUIRE(control.accept(some_throttle(7, 100), 0s).empty());
  CHECK(control.accept(some_throttle(6, 9), 1s) == "generation 6 is older than 7 in force");
  CHECK(control.generation() == 7);
  CHECK(control.in_force(1s).what.iops == rate{100});
  CHECK(control.in_force(1s).until == 2s);
}

TEST_CASE("also after its lease a generation does not fall") {
  stream_control control;
  REQUIRE(control.accept(some_throttle(7, 100), 0s).empty());
  CHECK_FALSE(control.accept(some_throttle(6, 9), 1h).empty());
}

TEST_CASE("nonsense is refused and changes nothing") {
  stream_control control;
  auto x = some_throttle(1, 100);
  x.lease = -1s;
  CHECK_FALSE(control.accept(x, 0s).empty());
  CHECK(control.generation() == 0);
  CHECK(control.in_force(0s).state == control_state::unlimited);
}

TEST_SUITE_END();
