// The latency histogram against exact figures of the same latencies.
#include "actors/domain/histogram.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

using namespace sluice;
using namespace std::chrono_literals;

TEST_CASE("an empty histogram has no mean and no quantile") {
  const latency_histogram x;
  CHECK(x.count() == 0);
  CHECK(x.mean() == 0ns);
  CHECK(x.quantile(0.99) == 0ns);
  CHECK(x.packed().empty());
}

TEST_CASE("latencies beyond both ends fall into the end buckets, negative ones count as zero") {
  latency_histogram x;
  x.record(-5ns);
  x.record(0ns);
  x.record(1h);
  CHECK(x[0] == 2);
  CHECK(x[latency_histogram::bucket_count - 1] == 1);
  CHECK(x.sum() == duration{1h});
}

TEST_CASE("buckets follow each other without gap: the upper edge belongs to the next one") {
  for (std::size_t i = 0; i + 1 < latency_histogram::bucket_count; ++i) {
    const auto edge = latency_histogram::upper_edge(i);
    CHECK(latency_histogram::bucket_of(edge - 1ns) == i);
    CHECK(latency_histogram::bucket_of(edge) == i + 1);
  }
}

TEST_CASE("property: a quantile is never below the exact one and at most 12.5 % above; the mean is exact") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 engine{seed};
    std::vector<std::int64_t> exact(1 + engine() % 500);
    latency_histogram x;
    std::int64_t sum = 0;
    for (auto& ns : exact) {
      ns = static_cast<std::int64_t>(2000 + engine() % 50'000'000);
      sum += ns;
      x.record(duration{ns});
    }
    std::sort(exact.begin(), exact.end());
    CHECK(x.mean().count() == sum / static_cast<std::int64_t>(exact.size()));
    for (const auto percent : {1u, 50u, 90u, 99u, 100u}) {
      const auto rank = (exact.size() * percent + 99) / 100;
      const auto true_one = exact[std::max<std::size_t>(rank, 1) - 1];
      const auto answered = x.quantile(percent / 100.0).count();
      CHECK(answered >= true_one);
      CHECK(static_cast<double>(answered) <= 1.125 * static_cast<double>(true_one) + 1);
    }
  }
}

TEST_CASE("packing and unpacking gives the same histogram, merging adds") {
  latency_histogram a;
  latency_histogram b;
  for (int i = 1; i < 100; ++i)
    (i % 2 == 0 ? a : b).record(i * 37us);
  latency_histogram copy;
  REQUIRE(copy.unpack(a.packed(), a.sum()));
  CHECK(copy == a);
  copy.merge(b);
  CHECK(copy.count() == 99);
  CHECK(copy.sum() == a.sum() + b.sum());
}

TEST_CASE("a malformed packed form is refused and changes nothing") {
  latency_histogram x;
  x.record(1ms);
  const auto before = x;
  using words = std::vector<std::uint32_t>;
  CHECK(!x.unpack(words{1}, 1ms));          // half a pair
  CHECK(!x.unpack(words{240, 1}, 1ms));     // no such bucket
  CHECK(!x.unpack(words{5, 1, 5, 1}, 1ms)); // twice the same
  CHECK(!x.unpack(words{6, 1, 5, 1}, 1ms)); // descending
  CHECK(!x.unpack(words{5, 0}, 1ms));       // an empty bucket
  CHECK(!x.unpack(words{}, 1ms));           // a sum of nothing
  CHECK(!x.unpack(words{5, 1}, -1ms));
  CHECK(x == before);
}
