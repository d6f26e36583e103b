// Which samples are nonsense, and what a signal makes of late, repeated and missing ones.
#include "actors/domain/sample.hpp"
#include "actors/domain/signal.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

sample ordinary() {
  sample x;
  x.stream = {"gw", "oltp", "db"};
  x.backend = "disk";
  x.sequence = 1;
  x.interval = 100ms;
  x.arrivals = x.completions = x.reads = 200;
  x.backlog = 3;
  x.in_flight = 8;
  for (int i = 0; i < 200; ++i)
    x.backend_latency.record(4ms);
  x.total_latency = x.backend_latency;
  return x;
}

template<class Change>
std::string refused(Change change) {
  auto x = ordinary();
  change(x);
  return problem_with(x);
}

} // namespace

TEST_CASE("a sample that can be true is taken, one that cannot is refused with a sentence") {
  CHECK(problem_with(ordinary()) == "");
  CHECK(refused([](sample& x) {
          x.stream.client = "";
        })
        != "");
  CHECK(refused([](sample& x) {
          x.backend = "a/b";
        })
        != "");
  CHECK(refused([](sample& x) {
          x.interval = 0ns;
        })
        != "");
  CHECK(refused([](sample& x) {
          x.interval = 2min;
        })
        != "");
  CHECK(refused([](sample& x) {
          x.errors = 201;
        })
        != "");
  CHECK(refused([](sample& x) {
          x.writes = 1;
        })
        != "");
  CHECK(refused([](sample& x) {
          x.mean_in_flight = std::numeric_limits<double>::quiet_NaN();
        })
        != "");
  CHECK(refused([](sample& x) {
          x.limited_by_rate = -1ns;
        })
        != "");
  CHECK(refused([](sample& x) {
          x.total_latency.record(1ms);
        })
        != "");
  CHECK(refused([](sample& x) {
          x.control = static_cast<control_state>(9);
        })
        != "");
}

TEST_CASE("a repeated sample is refused, a late one counts once, one far behind is refused") {
  using kind = sequence_filter::verdict;
  sequence_filter x;
  CHECK(x.take(7, 100) == kind::newest);
  CHECK(x.take(7, 100) == kind::refused);
  CHECK(x.take(7, 103) == kind::newest);
  CHECK(x.take(7, 101) == kind::late);
  CHECK(x.take(7, 101) == kind::refused);
  CHECK(x.take(7, 100) == kind::refused);
  CHECK(x.take(7, 40) == kind::late);
  CHECK(x.take(7, 39) == kind::refused);
  CHECK(x.take(7, 1000) == kind::newest);
  CHECK(x.take(7, 937) == kind::late);
}

TEST_CASE("a gateway that was restarted counts from one again and is heard at once") {
  sequence_filter x;
  CHECK(x.take(7, 50) == sequence_filter::verdict::newest);
  CHECK(x.take(8, 1) == sequence_filter::verdict::newest);
  CHECK(x.take(8, 1) == sequence_filter::verdict::refused);
}

TEST_CASE("rates come from the length of the samples, not from the tick; gauges from the newest sample") {
  stream_signal s;
  auto first = ordinary();
  auto second = ordinary();
  first.sequence = 2;
  first.backlog = 9;
  second.sequence = 1; // late
  second.backlog = 1;
  CHECK(s.take(1, first, 1s) == sequence_filter::verdict::newest);
  CHECK(s.take(1, second, 1s) == sequence_filter::verdict::late);
  CHECK(s.take(1, second, 1s) == sequence_filter::verdict::refused);
  s.close(1s, 1s);
  CHECK(s.arrivals == doctest::Approx(2000)); // 400 in 200 ms
  CHECK(s.backlog == 9);
  CHECK(s.latency == doctest::Approx(0.004));
}

TEST_CASE("a missing sample leaves everything as it was, silence for long means nothing is asked for") {
  stream_signal s;
  REQUIRE(s.take(1, ordinary(), 1s) == sequence_filter::verdict::newest);
  s.close(1s, 1s);
  s.close(1500ms, 1s);
  CHECK(!s.fresh);
  CHECK(s.arrivals == doctest::Approx(2000));
  s.close(2s, 1s);
  CHECK(s.arrivals == 0);
  CHECK(s.outstanding() == 0);
}
