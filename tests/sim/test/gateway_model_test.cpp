// A stream at a gateway in the simulator: leases, renewals, restarts, and that no request is ever lost.
#include "tests/sim/test/sim_fixture.hpp"

using namespace sluice;
using namespace sluice::sim;
using namespace std::chrono_literals;

namespace {

device_spec named_disk() {
  device_spec x;
  x.name = "disk";
  return x;
}

/// One stream of a device of 8 servers with as many requests as are put in.
struct bench final : reply_sink {
  simulation sim;
  request_pool requests;
  device disk{sim, requests, named_disk(), chance{1, 1}, chance{1, 2}};
  gateway_stream stream{sim, requests, disk, *this, stream_spec{{"g", "v", "c"}, 0, 0}, 0, allowance{}};
  int replies = 0;

  void replied(request_number x) override {
    ++replies;
    requests.give_back(x);
  }
  void ask(int count) {
    for (int i = 0; i < count; ++i) {
      const auto x = requests.take();
      requests[x].bytes = 4096;
      requests[x].asked = sim.now();
      stream.request(x);
    }
  }
  void command(std::uint64_t generation, std::uint32_t depth, std::uint32_t envelope) {
    throttle x;
    x.stream = {"g", "v", "c"};
    x.generation = generation;
    x.lease = 2s;
    x.now.depth = depth;
    x.envelope.depth = envelope;
    x.why.rule = throttle_rule::share;
    REQUIRE(stream.apply(x));
  }
  sample look() {
    sample x;
    stream.take_sample(x);
    return x;
  }
};

} // namespace

TEST_CASE("a depth holds requests back, and the sample says so") {
  bench b;
  b.command(1, 2, 4);
  b.ask(20);
  b.sim.run_until(3500us);
  const auto x = b.look();
  CHECK(x.arrivals == 20);
  CHECK(x.completions == 6); // two at a time, 1 ms each
  CHECK(x.in_flight == 2);
  CHECK(x.backlog == 12);
  CHECK(x.mean_in_flight == doctest::Approx(2));
  CHECK(x.limited_by_depth == 3500us);
  CHECK(x.control == control_state::throttled);
  CHECK(problem_with(x).empty());
}

TEST_CASE("when the lease runs out the envelope holds, unless it is renewed") {
  bench b;
  b.command(1, 1, 4);
  b.sim.run_until(1900ms);
  CHECK_FALSE(b.stream.renew(7)); // another generation
  CHECK(b.stream.renew(1));
  b.sim.run_until(3800ms);
  CHECK(b.look().control == control_state::throttled);
  b.ask(20);
  CHECK(b.stream.in_flight() == 1);
  b.sim.run_until(3900ms);
  CHECK(b.look().control == control_state::envelope);
  b.ask(20);
  CHECK(b.stream.in_flight() == 4);
}

TEST_CASE("a faster rate wakes a stream that waits for a slow one") {
  bench b;
  throttle x;
  x.stream = {"g", "v", "c"};
  x.generation = 1;
  x.lease = 60s;
  x.now.iops = rate{1};
  x.envelope.depth = 4;
  x.why.rule = throttle_rule::override_;
  REQUIRE(b.stream.apply(x));
  b.ask(100);
  b.sim.run_until(100ms);
  x.generation = 2;
  x.now.iops = rate{1000};
  REQUIRE(b.stream.apply(x));
  b.sim.run_until(400ms);
  CHECK(b.replies == 100);
}

TEST_CASE("a restart of the gateway forgets the throttle, and every request is answered in the end") {
  bench b;
  b.command(5, 2, 4);
  b.ask(300); // more than are read ahead
  b.sim.run_until(10500us);
  const auto before = b.replies;
  b.stream.go_down();
  b.ask(10); // meanwhile
  b.sim.run_until(2s);
  CHECK(b.replies == before);
  b.stream.come_up();
  CHECK(b.stream.generation() == 0);
  b.sim.run_until(3s);
  CHECK(b.replies == 310);
  for (const auto& x : b.requests.all())
    CHECK_FALSE(x.live);
}
