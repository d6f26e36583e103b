// What must hold for any run of a bucket: bounds from above and below, debt across changes.
#include "gateways/throttle/paced_bucket.hpp"

#include <doctest/doctest.h>
#include <random>

using namespace sluice;
using namespace sluice::gateway;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("gateways.throttle.properties");

TEST_CASE("property: over any span at most rate * (span + burst) tokens and one request pass") {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 rng{seed};
    const rate limit{1 + rng() % 1'000'000};
    const auto burst = std::chrono::milliseconds{rng() % 3000};
    token_bucket bucket{limit, burst, 0s};
    instant now{0};
    std::uint64_t passed = 0;
    for (int i = 0; i < 1000; ++i) {
      now += std::chrono::microseconds{rng() % 5000};
      now += bucket.wait(now);
      const auto allowed = static_cast<double>(limit.per_second) * std::chrono::duration<double>(now + burst).count();
      REQUIRE(static_cast<double>(passed) <= allowed + 1.0); // everything before this request is paid for
      const auto n = 1 + rng() % 4096;
      bucket.book(n, now);
      passed += n;
    }
  }
}

TEST_CASE("property: a stream that always has more gets at least its rate") {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 rng{seed};
    const rate limit{1 + rng() % 1'000'000};
    token_bucket bucket{limit, 0s, 0s};
    instant now{0};
    std::uint64_t passed = 0;
    for (int i = 0; i < 1000; ++i) {
      now += bucket.wait(now);
      const auto due = static_cast<double>(limit.per_second) * std::chrono::duration<double>(now).count();
      // A wait is rounded up to the nanosecond, which at this rate is less than a thousandth of a token.
      REQUIRE(static_cast<double>(passed) >= due - 1.0);
      const auto n = 1 + rng() % 64;
      bucket.book(n, now);
      passed += n;
    }
  }
}

TEST_CASE("property: changes of the limit keep what is owed, in tokens") {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 rng{seed};
    rate limit{1000 + rng() % 1'000'000};
    token_bucket bucket{limit, 0s, 0s};
    const auto owed = 1000 + rng() % 100'000;
    bucket.book(owed, 0s);
    for (int i = 0; i < 20; ++i) {
      limit = rate{1000 + rng() % 1'000'000};
      bucket.set(limit, std::chrono::milliseconds{rng() % 50}, 0s);
    }
    const auto left = static_cast<double>(limit.per_second) * std::chrono::duration<double>(bucket.wait(0s)).count();
    CHECK(left == doctest::Approx(static_cast<double>(owed)).epsilon(0.001));
  }
}

TEST_CASE("property: in any window a paced stream stays below 5/4 of its rate, whenever it is woken") {
  for (unsigned seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 rng{seed};
    const rate limit{500 + rng() % 20'000};
    paced_bucket bucket;
    bucket.set(limit, {}, 0s);
    std::vector<instant> passed;
    bool waited = false;
    for (instant now{0}; passed.size() < 4000;) {
      if (const auto wait = bucket.wait(now); wait > 0ns) {
        now += wait + (rng() % 50 == 0 ? std::chrono::microseconds{rng() % 30'000} : 0us);
        waited = true;
        continue;
      }
      bucket.book(1, now, waited);
      passed.push_back(now);
    }
    constexpr duration window = 10ms;
    const auto most =
        1.25 * static_cast<double>(limit.per_second) * std::chrono::duration<double>(window + 2ms).count();
    for (std::size_t first = 0, last = 0; last < passed.size(); ++last) {
      while (passed[last] - passed[first] > window)
        ++first;
      REQUIRE(static_cast<double>(last - first + 1) <= most + 2.0);
    }
  }
}

TEST_CASE("property: bursts are bounded in rate and in length") {
  for (unsigned seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 rng{seed};
    const rate limit{100 + rng() % 1000};
    const burst above{rate{limit.per_second + 1 + rng() % 5000}, std::chrono::milliseconds{100 + rng() % 2000}};
    paced_bucket bucket;
    bucket.set(limit, above, 0s);
    std::uint64_t passed = 0;
    for (instant now = 1h; now < 1h + 5s;) {
      if (const auto wait = bucket.wait(now); wait > 0ns) {
        now += wait;
        continue;
      }
      bucket.book(1, now, true);
      ++passed;
      const auto since = std::chrono::duration<double>(now - 1h).count();
      const auto peak = static_cast<double>(above.iops.per_second) * (since + 0.002);
      const auto extra = static_cast<double>(above.iops.per_second - limit.per_second)
                         * std::chrono::duration<double>(above.length).count();
      const auto sustained = static_cast<double>(limit.per_second) * (since + 0.1) + extra;
      REQUIRE(static_cast<double>(passed) <= peak + 2.0);
      REQUIRE(static_cast<double>(passed) <= sustained + 2.0);
    }
  }
}

TEST_SUITE_END();
