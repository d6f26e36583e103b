// Token bucket, paced bucket and gate, with times and tokens worked out by hand.
#include "gateways/throttle/gate.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::gateway;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("gateways.throttle");

TEST_CASE("without a limit nothing waits") {
  token_bucket bucket;
  bucket.book(1'000'000'000, 0s);
  CHECK(bucket.wait(0s) == 0ns);
}

TEST_CASE("a request goes when everything before it is paid for") {
  token_bucket bucket{rate{1000}, 0s, 0s};
  CHECK(bucket.wait(0s) == 0ns);
  bucket.book(1, 0s);
  CHECK(bucket.wait(0s) == 1ms);
  CHECK(bucket.wait(400us) == 600us);
  CHECK(bucket.wait(1ms) == 0ns);
}

TEST_CASE("an idle bucket holds the credit of its burst and no more") {
  token_bucket bucket{rate{1000}, 3ms, 0s};
  for (int i = 0; i < 4; ++i) { // three from the credit, one into debt
    REQUIRE(bucket.wait(1h) == 0ns);
    bucket.book(1, 1h);
  }
  CHECK(bucket.wait(1h) == 1ms);
}

TEST_CASE("a request larger than the burst runs into debt") {
  token_bucket bucket{rate{1'000'000}, 2ms, 0s};
  CHECK(bucket.wait(0s) == 0ns);
  bucket.book(1'000'000, 0s);
  CHECK(bucket.wait(0s) == 998ms);
}

TEST_CASE("lowering the limit keeps the debt in tokens") {
  token_bucket bucket{rate{1000}, 0s, 0s};
  bucket.book(1000, 0s);
  bucket.set(rate{500}, 0s, 0s);
  CHECK(bucket.wait(0s) == 2s);
}

TEST_CASE("changing the limit again and again neither forgives nor adds debt") {
  token_bucket bucket{rate{1000}, 0s, 0s};
  bucket.book(1000, 0s);
  for (int i = 0; i < 100; ++i)
    bucket.set(rate{i % 2 == 0 ? 250u : 1000u}, 0s, 0s);
  CHECK(bucket.wait(0s) == 1s);
}

TEST_CASE("raising the limit keeps the credit in tokens") {
  token_bucket bucket{rate{1000}, 10ms, 0s}; // 10 tokens
  bucket.set(rate{10'000}, 10ms, 0s);        // still 10, which are 1 ms now
  bucket.book(11, 0s);
  CHECK(bucket.wait(0s) == 100us);
}

TEST_CASE("a bucket that had no limit starts full") {
  token_bucket bucket;
  bucket.set(rate{1000}, 5ms, 1h);
  bucket.book(6, 1h);
  CHECK(bucket.wait(1h) == 1ms);
}

TEST_CASE("fractions of a nanosecond are kept") {
  token_bucket bucket{rate{3}, 0s, 0s};
  for (int i = 0; i < 3'000'000; ++i)
    bucket.book(1, 0s);
  CHECK(bucket.wait(0s) == 1'000'000s);
}

TEST_CASE("no request is too large for the arithmetic") {
  token_bucket bucket{rate{1}, 0s, 0s};
  bucket.book(~std::uint64_t{0}, 0s);
  bucket.set(rate{1'000'000'000}, 0s, 0s);
  CHECK(bucket.wait(0s) > 0s);
}

namespace {

/// Runs a stream that always has more, woken `late` after every 400th due time; returns how many requests passed.
int passed(paced_bucket bucket, duration late, instant begin, instant end) {
  int n = 0;
  int waits = 0;
  for (auto now = begin; now < end;) {
    if (const auto wait = bucket.wait(now); wait > 0ns) {
      now += wait + (++waits % 400 == 0 ? late : 0ns);
      continue;
    }
    bucket.book(1, now, waits > 0);
    ++n;
  }
  return n;
}

} // namespace

TEST_CASE("a waiting stream gets its rate although it is woken late now and then") {
  paced_bucket bucket;
  bucket.set(rate{2000}, {}, 0s);
  const auto n = passed(bucket, 20ms, 0s, 5s); // ten times the credit after idling, 25 times
  CHECK(n >= 9900);
  CHECK(n <= 10'000 + 4 + 1);
}

TEST_CASE("what was lost is made good at 5/4 of the rate") {
  paced_bucket bucket;
  bucket.set(rate{2000}, {}, 0s);
  while (bucket.wait(0s) == 0s)
    bucket.book(1, 0s, false);
  int n = 0; // woken 50 ms late, then on time: how many pass in the 10 ms that follow
  for (instant now = 50ms; now < 60ms;) {
    if (const auto wait = bucket.wait(now); wait > 0ns) {
      now += wait;
      continue;
    }
    bucket.book(1, now, true);
    ++n;
  }
  CHECK(n >= 25);
  CHECK(n <= 25 + 6 + 1); // 2,501 per second for 10 ms, its own burst of 2 ms, and one
}

TEST_CASE("a stream that idled gets the short burst only") {
  paced_bucket bucket;
  bucket.set(rate{2000}, {}, 0s);
  CHECK(passed(bucket, 0ns, 10s, 11s) <= 2000 + 4 + 1);
}

TEST_CASE("an agreed burst is bounded in rate and in length") {
  paced_bucket bucket;
  bucket.set(rate{1000}, {rate{3000}, 2s}, 0s);
  const auto during = passed(bucket, 0ns, 10s, 12s);
  CHECK(during >= 5990);
  CHECK(during <= 6010); // 3,000 per second for 2 s
  const auto in_all = passed(bucket, 0ns, 10s, 22s);
  CHECK(in_all >= 6000 + 10'000 - 20);
  CHECK(in_all <= 6000 + 10'000 + 20); // and 1,000 for the rest
}

TEST_CASE("the gate holds by the tightest of its limits") {
  gate it;
  io_limits x;
  x.iops = rate{1000};
  x.bandwidth = rate{1'000'000};
  it.set(x, 0s);
  it.enter({false, 100'000}, 0s); // 1 ms of requests, 100 ms of bytes, both less 2 ms of credit
  const auto answer = it.ask(0s);
  CHECK(answer.held == hold::rate);
  CHECK(answer.wait == 98ms);
}

TEST_CASE("the gate holds by depth until a request comes back") {
  gate it;
  io_limits x;
  x.depth = 2;
  it.set(x, 0s);
  it.enter({false, 4096}, 0s);
  REQUIRE(it.ask(0s).held == hold::none);
  it.enter({false, 4096}, 0s);
  CHECK(it.ask(0s).held == hold::depth);
  it.leave();
  CHECK(it.ask(0s).held == hold::none);
}

TEST_CASE("what is lost while somebody waits for the rate is made good, what is lost at rest is not") {
  const auto passed = [](bool rests) {
    gate it;
    io_limits x;
    x.iops = rate{1000};
    it.set(x, 0s);
    while (it.ask(0s).held == hold::none)
      it.enter({false, 4096}, 0s);
    if (rests)
      it.rest();
    int n = 0; // 50 ms too late; in the next 20 ms
    for (instant now = 50ms; now < 70ms;) {
      if (const auto answer = it.ask(now); answer.held != hold::none) {
        now += answer.wait;
        continue;
      }
      it.enter({false, 4096}, now);
      ++n;
    }
    return n;
  };
  CHECK(passed(false) >= 25); // 5/4 of the rate
  CHECK(passed(true) <= 24);  // the credit of 2 ms, its own burst, one
}

TEST_SUITE_END();
