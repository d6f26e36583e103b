// The device's own latency, told from what was delivered at different numbers in flight.
#include "actors/domain/latency_floor.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

/// Ten ticks at `in_flight` requests that each take `latency` seconds; by Little's law that gives the rate.
struct observed {
  knee_estimate seen;
  latency_floor floor;
  instant now{1s};
  void hold(double in_flight, double latency, int ticks = 10) {
    for (int i = 0; i < ticks; ++i) {
      now += 100ms;
      seen.observe(in_flight, in_flight / latency, now);
      floor.observe(seen, latency, now);
    }
  }
};

} // namespace

TEST_CASE("a latency that is the same with fewer requests in flight is the device's own") {
  observed x;
  x.hold(32, 0.008);
  CHECK(x.floor.floor() == 0); // one number in flight tells nothing
  x.hold(16, 0.008);
  CHECK(x.floor.floor() == doctest::Approx(1.15 * 0.008));
  CHECK(x.floor.idle_at(0.009));
  CHECK(!x.floor.idle_at(0.011));
}

TEST_CASE("a burst shows it in three ticks, though each has another number in flight") {
  observed x;
  x.hold(16, 0.008);
  x.hold(25, 0.008, 1);
  x.hold(31, 0.008, 1);
  CHECK(x.floor.floor() == 0); // two could be chance
  x.hold(37, 0.008, 1);
  CHECK(x.floor.floor() == doctest::Approx(1.15 * 0.008));
}

TEST_CASE("a queue is not taken for the device") {
  observed x;
  x.hold(64, 0.008); // 8,000 per second, whatever is in flight
  x.hold(32, 0.004);
  x.hold(16, 0.002);
  CHECK(x.floor.floor() == 0);
  CHECK(!x.floor.idle_at(0.002));
}

TEST_CASE("a device that became slower before less was in flight is not one without a queue") {
  observed x;
  x.hold(100, 0.0125);
  x.hold(100, 0.0208); // at 60 % of its speed; what is in flight follows later
  x.hold(60, 0.0125);
  CHECK(x.floor.floor() == 0);
}

TEST_CASE("a device that became slower is compared with what it gives now alone") {
  observed x;
  x.hold(160, 0.020);
  x.hold(80, 0.010);    // 8,000 per second
  x.hold(96, 0.020, 3); // at 60 %: 4,800
  x.hold(50, 0.0104);   // alike with 80, as that was
  CHECK(x.floor.floor() == 0);
  CHECK(!x.floor.idle_at(0.0104));
}

TEST_CASE("a latency far below refutes what was known") {
  observed x;
  x.hold(32, 0.008);
  x.hold(16, 0.008);
  x.now += 20s; // what was compared is old
  x.hold(16, 0.001);
  CHECK(x.floor.floor() == 0);
}
