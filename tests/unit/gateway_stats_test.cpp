// Counters and the samples made of them, also while the counters are written.
#include "gateways/stats/interval_reader.hpp"

#include <atomic>
#include <doctest/doctest.h>
#include <thread>

using namespace sluice;
using namespace sluice::gateway;
using namespace std::chrono_literals;

namespace {

completed_request some_read(std::uint64_t bytes, duration backend, duration total) {
  return {completed_request::sort::read, bytes, false, true, backend, total};
}

} // namespace

TEST_SUITE_BEGIN("gateways.stats");

TEST_CASE("a sample holds what happened since the last one, and nothing twice") {
  stream_counters counters;
  interval_reader reader{0s};
  counters.arrived();
  counters.submitted(1ms);
  counters.returned(3ms);
  counters.completed(some_read(4096, 2ms, 3ms));
  sample first;
  REQUIRE(reader.take(counters, 10ms, first));
  CHECK(first.interval == 10ms);
  CHECK(first.arrivals == 1);
  CHECK(first.completions == 1);
  CHECK(first.reads == 1);
  CHECK(first.read_bytes == 4096);
  CHECK(first.backend_latency.mean() == 2ms);
  CHECK(first.total_latency.mean() == 3ms);
  CHECK(first.mean_in_flight == doctest::Approx(0.2));
  sample second;
  REQUIRE(reader.take(counters, 20ms, second));
  CHECK(second.arrivals == 0);
  CHECK(second.completions == 0);
  CHECK(second.total_latency.count() == 0);
  CHECK(second.mean_in_flight == 0);
}

TEST_CASE("errors move no bytes, zeroes and trims are writes, a flush is neither") {
  stream_counters counters;
  interval_reader reader{0s};
  counters.completed({completed_request::sort::read, 4096, true, true, 1ms, 1ms});
  counters.completed({completed_request::sort::write, 512, false, true, 1ms, 1ms});
  counters.completed({completed_request::sort::other, 0, false, true, 1ms, 1ms});
  sample x;
  REQUIRE(reader.take(counters, 1s, x));
  CHECK(x.completions == 3);
  CHECK(x.errors == 1);
  CHECK(x.reads == 1);
  CHECK(x.read_bytes == 0);
  CHECK(x.writes == 1);
  CHECK(x.write_bytes == 512);
}

TEST_CASE("what is held and in flight over the end of an interval counts in both") {
  stream_counters counters;
  interval_reader reader{0s};
  counters.submitted(50ms);
  counters.held(hold::rate, 60ms);
  sample first;
  REQUIRE(reader.take(counters, 100ms, first));
  CHECK(first.mean_in_flight == doctest::Approx(0.5));
  CHECK(first.limited_by_rate == 40ms);
  CHECK(first.in_flight == 1);
  counters.held(hold::depth, 110ms);
  counters.held(hold::none, 140ms);
  sample second;
  REQUIRE(reader.take(counters, 200ms, second));
  CHECK(second.mean_in_flight == doctest::Approx(1.0));
  CHECK(second.limited_by_rate == 10ms);
  CHECK(second.limited_by_depth == 30ms);
}

TEST_CASE("counters may wrap") {
  stream_counters counters;
  counters.arrivals.set(~std::uint64_t{0});
  counters.in_all.buckets[5].set(~std::uint32_t{0});
  interval_reader reader{0s};
  sample x;
  REQUIRE(reader.take(counters, 1s, x));
  counters.arrived();
  counters.arrived();
  counters.in_all.buckets[5].add(2);
  counters.in_all.sum_ns.add(1);
  REQUIRE(reader.take(counters, 2s, x));
  CHECK(x.arrivals == 2);
  CHECK(x.total_latency[5] == 2);
}

TEST_CASE("totals are what was written since the beginning, and lives of a stream add up") {
  stream_counters counters;
  for (int i = 0; i < 3; ++i) {
    counters.arrived();
    counters.submitted(1ms * i);
    counters.returned(1ms * i + 500us);
    counters.completed(some_read(512, 2ms, 3ms));
  }
  counters.held(hold::depth, 10ms);
  stream_totals x;
  REQUIRE(look(counters, 30ms, x));
  CHECK(x.arrivals == 3);
  CHECK(x.read_bytes == 3 * 512);
  CHECK(x.depth_ns == 20'000'000);
  CHECK(x.in_all.buckets[latency_histogram::bucket_of(3ms)] == 3);
  CHECK(x.at_backend.sum_ns == 6'000'000);
  const auto earlier = x;
  x.add(earlier);
  CHECK(x.completions == 6);
  CHECK(x.depth_ns == 40'000'000);
  CHECK(x.in_all.buckets[latency_histogram::bucket_of(3ms)] == 6);
  CHECK(x.in_flight == 0);
}

TEST_CASE("totals in the middle of a change are not called consistent") {
  stream_counters counters;
  stream_totals x;
  const stream_counters::change under_way{counters};
  counters.arrived();
  CHECK_FALSE(look(counters, 1s, x));
  CHECK(x.arrivals == 1);
}

TEST_CASE("no time passed: no sample, and the next one has it all") {
  stream_counters counters;
  interval_reader reader{1s};
  counters.arrived();
  sample x;
  CHECK_FALSE(reader.take(counters, 1s, x));
  REQUIRE(reader.take(counters, 2s, x));
  CHECK(x.arrivals == 1);
}

TEST_CASE("the samples add up to what was written, and each is possible, while another thread writes") {
  constexpr std::uint64_t rounds = 200'000;
  const stream_id somebody{"g", "v", "c"};
  const std::string storage = "b";
  stream_counters counters;
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (std::uint64_t i = 1; i <= rounds; ++i) {
      const instant now{static_cast<std::int64_t>(i) * 1000};
      {
        const stream_counters::change change{counters};
        counters.arrived();
        counters.submitted(now);
      }
      const stream_counters::change change{counters};
      counters.returned(now + 500ns);
      counters.completed(
          some_read(512, duration{static_cast<std::int64_t>(i)}, duration{static_cast<std::int64_t>(2 * i)}));
    }
    done.store(true, std::memory_order_release);
  });
  interval_reader reader{0s};
  std::uint64_t arrivals = 0, completions = 0, bytes = 0, latencies = 0;
  duration sum{0};
  bool possible = true;
  for (instant now = 1s; true; now += 1ms) {
    const auto last = done.load(std::memory_order_acquire);
    sample x;
    if (reader.take(counters, now, x)) {
      x.stream = somebody;
      x.backend = storage;
      possible = possible && problem_with(x).empty() && x.reads * 512 == x.read_bytes
                 && x.total_latency.count() == x.completions;
      arrivals += x.arrivals;
      completions += x.completions;
      bytes += x.read_bytes;
      latencies += x.total_latency.count();
      sum += x.total_latency.sum();
      if (last)
        break;
    }
  }
  writer.join();
  CHECK(possible);
  CHECK(arrivals == rounds);
  CHECK(completions == rounds);
  CHECK(bytes == rounds * 512);
  CHECK(latencies == rounds);
  CHECK(sum == duration{static_cast<std::int64_t>(rounds * (rounds + 1))});
}

TEST_SUITE_END();
