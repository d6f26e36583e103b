// Verdicts made from stored seconds: outcome from rows, cause from the finding, and what silence means.
#include "actors/domain/interval_account.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr wall_time begin{1'000 * second_us};

agreement promised() {
  agreement x;
  x.name = "oltp-gold";
  x.version = 3;
  x.objective.reservation = {1500};
  x.objective.latency = {{latency_statistic::mean, 5ms, {2500}}};
  x.objective.compliance.interval = 10s;
  return x;
}

sample_row row(std::uint64_t requests, duration total, duration backend) {
  sample x;
  x.interval = 1s;
  x.arrivals = x.completions = x.reads = requests;
  x.read_bytes = requests * 4096;
  for (std::uint64_t i = 0; i < requests; ++i) {
    x.total_latency.record(total);
    x.backend_latency.record(backend);
  }
  return make_row(x, 1);
}

second_record record(const sample_row& x, std::uint32_t stream = 7) {
  second_record result;
  result.add(x, stream);
  return result;
}

wall_time second(int n) {
  return {begin.unix_us + n * second_us};
}

/// The interval from 1000 s to 1010 s with the row that `make` gives for each second.
template<class Make>
std::vector<final_verdict> interval(const agreement& terms, Make make, std::span<const verdict> findings = {}) {
  interval_account x;
  x.begin(terms, begin);
  for (int i = 0; i < 10; ++i)
    CHECK(x.add(terms, second(i), record(make(i))));
  return x.close(terms, findings);
}

verdict finding(verdict_outcome outcome, violation_cause cause, const char* culprit = "", std::uint32_t point = 0) {
  verdict x;
  x.agreement = "oltp-gold";
  x.version = 3;
  x.point = point;
  x.from = begin;
  x.length = 10s;
  x.outcome = outcome;
  x.cause = cause;
  x.culprit = culprit;
  x.measured = 6ms;
  x.target = 5ms;
  x.iops = 900;
  return x;
}

sample_row slow(int) {
  return row(2000, 8ms, 8ms);
}

} // namespace

TEST_CASE("a kept promise is met, with its figures, and so is the reservation") {
  const auto xs = interval(promised(), [](int) {
    return row(2000, 4ms, 4ms);
  });
  REQUIRE(xs.size() == 2);
  const auto& what = xs[0].what;
  CHECK(what.agreement == "oltp-gold");
  CHECK(what.version == 3);
  CHECK(what.point == 0);
  CHECK(what.from == begin);
  CHECK(what.length == 10s);
  CHECK(what.outcome == verdict_outcome::met);
  CHECK(what.measured == 4ms);
  CHECK(what.target == 5ms);
  CHECK(what.iops == 2000);
  CHECK(xs[0].requests == 20'000);
  CHECK(xs[0].measured_seconds == 10);
  CHECK(xs[0].basis == verdict_basis::rows);
  CHECK(xs[1].what.point == 1);
  CHECK(xs[1].what.outcome == verdict_outcome::met);
}

TEST_CASE("what the core found names the cause and the culprit of what the rows show to be broken") {
  const std::vector findings{finding(verdict_outcome::violated, violation_cause::stream, "gw1/v/greedy")};
  const auto xs = interval(promised(), slow, findings);
  CHECK(xs[0].what.outcome == verdict_outcome::violated);
  CHECK(xs[0].what.cause == violation_cause::stream);
  CHECK(xs[0].what.culprit == "gw1/v/greedy");
  CHECK(xs[0].what.measured == 8ms); // by the rows, not the finding's 6 ms
  CHECK(xs[0].what.iops == 2000);
  CHECK(xs[0].basis == verdict_basis::rows);
}

TEST_CASE("the rows decide the outcome, whatever the core found") {
  const std::vector kept{finding(verdict_outcome::met, violation_cause::none)};
  const auto broken = interval(promised(), slow, kept);
  CHECK(broken[0].what.outcome == verdict_outcome::violated);
  CHECK(broken[0].what.cause == violation_cause::backend);
  const std::vector found{finding(verdict_outcome::violated, violation_cause::stream, "gw1/v/greedy")};
  const auto met = interval(
      promised(),
      [](int) {
        return row(2000, 4ms, 4ms);
      },
      found);
  CHECK(met[0].what.outcome == verdict_outcome::met);
  CHECK(met[0].what.cause == violation_cause::none);
  CHECK(met[0].what.culprit.empty());
}

TEST_CASE("a finding of another agreement, version, point or interval is not looked at") {
  auto other = finding(verdict_outcome::violated, violation_cause::capacity);
  std::vector<verdict> findings(4, other);
  findings[0].agreement = "oltp";
  findings[1].version = 2;
  findings[2].point = 1;
  findings[3].from = {begin.unix_us + 10 * second_us};
  CHECK(interval(promised(), slow, findings)[0].what.cause == violation_cause::backend);
}

TEST_CASE("the rows' own facts name the cause where there is no finding") {
  const auto cause = [](auto make) {
    return interval(promised(), make)[0].what.cause;
  };
  CHECK(cause(slow) == violation_cause::backend);
  CHECK(cause([](int) {
          return row(2000, 8ms, 2ms); // most of it inside the gateway, without a throttle
        })
        == violation_cause::gateway);
  CHECK(cause([](int) {
          auto x = row(2000, 8ms, 2ms);
          x.total.limited_by_depth = 500ms;
          return x;
        })
        == violation_cause::control);
  CHECK(cause([](int) {
          auto x = slow(0);
          x.total.control = control_state::envelope;
          return x;
        })
        == violation_cause::control);
  CHECK(cause([](int) {
          auto x = slow(0);
          x.first_sequence = 10; // ten sequence numbers, nine samples
          x.last_sequence = 19;
          x.samples = 9;
          return x;
        })
        == violation_cause::gateway);
}

TEST_CASE("a busy stream that is missing was not measured") {
  const auto terms = promised();
  interval_account x;
  x.begin(terms, begin);
  for (int i = 0; i < 10; ++i) {
    auto both = record(i == 4 ? row(1500, 80ms, 80ms) : row(1000, 1ms, 1ms), 7);
    if (i != 4)
      both.add(row(1000, 1ms, 1ms), 9);
    CHECK(x.add(terms, second(i), both));
  }
  const auto xs = x.close(terms, {});
  CHECK(xs[0].what.outcome == verdict_outcome::violated); // (9 * 2000 * 1 ms + 1500 * 80 ms) / 19500 = 7.1 ms
  CHECK(xs[0].what.cause == violation_cause::gateway);
}

TEST_CASE("without any row the finding counts and the verdict says so") {
  const auto terms = promised();
  interval_account x;
  x.begin(terms, begin);
  const std::vector findings{finding(verdict_outcome::violated, violation_cause::capacity)};
  const auto xs = x.close(terms, findings);
  REQUIRE(xs.size() == 2);
  CHECK(xs[0].what == findings[0]);
  CHECK(xs[0].basis == verdict_basis::finding);
  CHECK(xs[0].measured_seconds == 0);
  CHECK(xs[0].requests == 0);
  CHECK(xs[1].what.outcome == verdict_outcome::no_data);
  CHECK(xs[1].basis == verdict_basis::rows);
}

TEST_CASE("complete rows without requests are no data, even if the core found something") {
  const std::vector findings{finding(verdict_outcome::violated, violation_cause::capacity)};
  const auto idle = [](int) {
    return row(0, 0ms, 0ms);
  };
  const auto xs = interval(promised(), idle, findings);
  CHECK(xs[0].what.outcome == verdict_outcome::no_data);
  CHECK(xs[0].basis == verdict_basis::rows);
  CHECK(xs[0].measured_seconds == 10);
}

TEST_CASE("rows of half the interval without requests leave the word to the finding") {
  const auto terms = promised();
  interval_account x;
  x.begin(terms, begin);
  for (int i = 0; i < 5; ++i)
    CHECK(x.add(terms, second(i), record(row(0, 0ms, 0ms))));
  const std::vector findings{finding(verdict_outcome::met, violation_cause::none)};
  const auto xs = x.close(terms, findings);
  CHECK(xs[0].what.outcome == verdict_outcome::met);
  CHECK(xs[0].basis == verdict_basis::finding);
  CHECK(xs[0].measured_seconds == 5);
}

TEST_CASE("above the covered load the promise does not hold, nor in the second after, across the end of an interval") {
  const auto terms = promised();
  interval_account x;
  x.begin(terms, begin);
  for (int i = 0; i < 10; ++i)
    CHECK(x.add(terms, second(i), record(row(3000, 20ms, 20ms)))); // 3000 > 2500
  CHECK(x.close(terms, {})[0].what.outcome == verdict_outcome::exempt);
  CHECK(x.add(terms, second(10), record(row(1000, 20ms, 20ms))));
  for (int i = 11; i < 20; ++i)
    CHECK(x.add(terms, second(i), record(row(1000, 1ms, 1ms))));
  const auto xs = x.close(terms, {});
  CHECK(xs[0].what.from == second(10));
  CHECK(xs[0].what.outcome == verdict_outcome::met);
  CHECK(xs[0].what.measured == 1ms);
  CHECK(xs[0].requests == 9'000);
}

TEST_CASE("two halves of a second are one second of one stream") {
  const auto terms = promised();
  auto half = row(1200, 4ms, 4ms);
  half.total.interval = 500ms;
  interval_account x;
  x.begin(terms, begin);
  for (int i = 0; i < 10; ++i) {
    auto both = record(half);
    both.add(half, 7);
    CHECK(x.add(terms, second(i), both)); // 2400 in one second: covered; in half a second it would not be
  }
  const auto xs = x.close(terms, {});
  CHECK(xs[0].what.outcome == verdict_outcome::met);
  CHECK(xs[0].measured_seconds == 10);
  CHECK(xs[0].what.iops == 2400);
}

TEST_CASE("a second of eleven samples asks for no more than one of ten") {
  auto terms = promised();
  terms.objective.latency[0].up_to = {2000};
  const auto xs = interval(terms, [](int i) {
    auto x = row(i % 2 == 0 ? 2100 : 1900, 4ms, 4ms); // 2000 per second measured over 1.05 and 0.95 s
    x.total.interval = i % 2 == 0 ? 1050ms : 950ms;
    return x;
  });
  CHECK(xs[0].what.outcome == verdict_outcome::met);
  CHECK(xs[0].requests == 20'000);
}

TEST_CASE("seconds are taken in order and before the end of the interval only") {
  const auto terms = promised();
  interval_account x;
  x.begin(terms, begin);
  const auto some = record(row(100, 1ms, 1ms));
  CHECK(x.add(terms, second(3), some));
  CHECK_FALSE(x.add(terms, second(3), some));
  CHECK_FALSE(x.add(terms, second(2), some));
  CHECK_FALSE(x.add(terms, second(10), some));
  CHECK(x.add(terms, second(9), some));
  const auto xs = x.close(terms, {});
  CHECK(xs[0].measured_seconds == 2);
  CHECK(xs[0].requests == 200);
  CHECK(xs[0].what.iops == 20); // over the interval, silence included
}

TEST_CASE("a lead-in of two seconds gives what an account that was there before gives") {
  const auto terms = promised();
  const auto make = [](int i) {
    return i == 9 ? row(3000, 30ms, 30ms) : slow(i);
  };
  interval_account old;
  old.begin(terms, begin);
  for (int i = 0; i < 10; ++i)
    CHECK(old.add(terms, second(i), record(make(i))));
  (void)old.close(terms, {});
  interval_account fresh;
  fresh.begin(terms, second(10));
  CHECK(fresh.add(terms, second(8), record(make(8))));
  CHECK(fresh.add(terms, second(9), record(make(9))));
  for (auto* x : {&old, &fresh})
    for (int i = 10; i < 15; ++i)
      CHECK(x->add(terms, second(i), record(make(i))));
  const auto xs = old.close(terms, {});
  CHECK(xs == fresh.close(terms, {}));
  CHECK(xs[0].requests == 4 * 2000); // the first second works off the excess before it
}

TEST_CASE("intervals lie on one grid, also before 1970") {
  CHECK(interval_begin({begin.unix_us + 9'999'999}, 10s) == begin);
  CHECK(interval_begin({begin.unix_us + 10 * second_us}, 10s) == second(10));
  CHECK(interval_begin({-1}, 10s) == wall_time{-10 * second_us});
}
