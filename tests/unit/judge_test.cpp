// Verdicts at the end of intervals, with their figures and causes.
#include "actors/domain/judge.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t second_us = 1'000'000;
const shared_text job{"gw/batch/job"};
const shared_text other{"gw/scratch/other"};

agreement promised_as() {
  agreement x;
  x.name = "oltp-gold";
  x.version = 3;
  x.objective.reservation = {1500};
  x.objective.latency = {{latency_statistic::mean, 5ms, {2500}}};
  x.objective.compliance.interval = 10s;
  return x;
}

kept_agreement promised() {
  return kept_agreement{promised_as()};
}

sample of_second(std::uint64_t requests, duration total, duration backend, std::uint32_t backlog = 0) {
  sample x;
  x.interval = 1s;
  x.arrivals = x.completions = requests;
  x.backlog = backlog;
  for (std::uint64_t i = 0; i < requests; ++i) {
    x.total_latency.record(total);
    x.backend_latency.record(backend);
  }
  return x;
}

/// Runs the account through the interval from 100 s to 110 s with the sample that `make` gives for each second.
template<class Make>
std::vector<verdict> interval(const kept_agreement& terms, Make make, const circumstances& around = {}) {
  account x;
  (void)x.advance(terms, 0s, {100 * second_us});
  std::vector<verdict> result;
  for (int i = 0; i < 10; ++i) {
    x.add(make(i));
    x.add(around);
    result = x.advance(terms, (i + 1) * 1s, {(101 + i) * second_us});
    if (i < 9)
      CHECK(result.empty());
  }
  return result;
}

} // namespace

TEST_CASE("a kept promise is met, with its figures, and so is the reservation") {
  const auto xs = interval(promised(), [](int) {
    return of_second(2000, 4ms, 4ms);
  });
  REQUIRE(xs.size() == 2);
  CHECK(xs[0].agreement == "oltp-gold");
  CHECK(xs[0].version == 3);
  CHECK(xs[0].point == 0);
  CHECK(xs[0].from.unix_us == 100 * second_us);
  CHECK(xs[0].length == 10s);
  CHECK(xs[0].outcome == verdict_outcome::met);
  CHECK(xs[0].measured == 4ms);
  CHECK(xs[0].target == 5ms);
  CHECK(xs[0].iops == 2000);
  CHECK(xs[1].point == 1);
  CHECK(xs[1].outcome == verdict_outcome::met);
}

TEST_CASE("without requests there is no data, which counts neither way") {
  const auto xs = interval(promised(), [](int) {
    return of_second(0, 0ms, 0ms);
  });
  CHECK(xs[0].outcome == verdict_outcome::no_data);
  CHECK(xs[1].outcome == verdict_outcome::no_data);
}

TEST_CASE("a broken promise names the stream that caused it") {
  const auto xs = interval(promised(),
                           [](int) {
                             return of_second(2000, 9ms, 9ms);
                           },
                           {false, job});
  CHECK(xs[0].outcome == verdict_outcome::violated);
  CHECK(xs[0].cause == violation_cause::stream);
  CHECK(xs[0].culprit == "gw/batch/job");
}

TEST_CASE("a deficit comes before any other cause, a slow backend remains when there is none") {
  const auto slow = [](int) {
    return of_second(2000, 9ms, 9ms);
  };
  CHECK(interval(promised(), slow, {true, job})[0].cause == violation_cause::capacity);
  CHECK(interval(promised(), slow)[0].cause == violation_cause::backend);
}

TEST_CASE("time lost inside the gateway is charged to the control if it throttled, else to the gateway") {
  const auto waiting = [](duration held) {
    return [held](int) {
      auto x = of_second(2000, 9ms, 2ms);
      x.limited_by_depth = held;
      return x;
    };
  };
  CHECK(interval(promised(), waiting(800ms))[0].cause == violation_cause::control);
  CHECK(interval(promised(), waiting(0ms))[0].cause == violation_cause::gateway);
}

TEST_CASE("seconds in which too much was asked for, and the one after each, are not covered") {
  const auto xs = interval(promised(), [](int i) {
    if (i == 4)
      return of_second(4000, 50ms, 50ms); // beyond 2500
    if (i == 5)
      return of_second(2000, 20ms, 20ms); // still works that off
    return of_second(2000, 4ms, 4ms);
  });
  CHECK(xs[0].outcome == verdict_outcome::met);
  CHECK(xs[0].measured == 4ms);
}

TEST_CASE("an interval in which always too much was asked for is exempt") {
  const auto xs = interval(promised(), [](int) {
    return of_second(4000, 50ms, 50ms);
  });
  CHECK(xs[0].outcome == verdict_outcome::exempt);
}

TEST_CASE("a reservation is broken where requests wait and less is served") {
  const auto with_backlog = [](std::uint32_t backlog) {
    return [backlog](int) {
      return of_second(1200, 2ms, 2ms, backlog);
    };
  };
  CHECK(interval(promised(), with_backlog(40))[1].outcome == verdict_outcome::violated);
  CHECK(interval(promised(), with_backlog(0))[1].outcome == verdict_outcome::met); // no more was asked for
}

TEST_CASE("a percentile is judged by itself") {
  auto terms = promised_as();
  terms.objective.latency.push_back({latency_statistic::p99, 20ms, {2500}});
  const auto xs = interval(kept_agreement{terms}, [](int) {
    auto x = of_second(1960, 2ms, 2ms);
    x.arrivals = x.completions = 2000;
    for (int i = 0; i < 40; ++i) // 2 %
      x.total_latency.record(50ms);
    return x;
  });
  REQUIRE(xs.size() == 3);
  CHECK(xs[0].outcome == verdict_outcome::met);
  CHECK(xs[1].outcome == verdict_outcome::violated);
  CHECK(xs[1].measured >= 50ms);
}

TEST_CASE("a step of the wall clock ends the interval and begins one on the new grid") {
  account x;
  const auto terms = promised();
  (void)x.advance(terms, 0s, {103 * second_us});
  x.add(of_second(2000, 4ms, 4ms));
  const auto back = x.advance(terms, 1s, {50 * second_us}); // set back
  REQUIRE(back.size() == 2);
  CHECK(back[0].from.unix_us == 100 * second_us);
  CHECK(back[0].iops == 2000);
  x.add(of_second(2000, 4ms, 4ms));
  const auto next = x.advance(terms, 2s, {60 * second_us});
  REQUIRE(next.size() == 2);
  CHECK(next[0].from.unix_us == 50 * second_us);
}

TEST_CASE("a promise that breaks, and one that is kept again, are an event each") {
  judge_state state;
  const std::vector<kept_agreement> terms{promised()};
  std::vector<event_kind> kinds;
  settle(state, terms);
  judgement found;
  advance(state, terms, 0s, {100 * second_us}, found);
  for (int i = 1; i <= 60; ++i) {
    state.accounts.front().add(of_second(2000, i <= 30 ? 9ms : 4ms, i <= 30 ? 9ms : 4ms));
    advance(state, terms, i * 1s, {(100 + i) * second_us}, found);
  }
  for (const auto& x : found.events)
    kinds.push_back(x.kind);
  CHECK(kinds == std::vector<event_kind>{event_kind::promise_violated, event_kind::promise_recovered});
}

TEST_CASE("a gateway that is lost in the midst of traffic is the cause of what breaks then, not the stream beside it") {
  const auto xs = interval(promised(),
                           [](int i) {
                             auto x = of_second(2000, i < 4 ? 2ms : 40ms, i < 4 ? 2ms : 40ms);
                             return x;
                           },
                           {false, job, true});
  CHECK(xs[0].outcome == verdict_outcome::violated);
  CHECK(xs[0].cause == violation_cause::gateway);
  CHECK(xs[0].culprit.empty());
}

TEST_CASE("a second without samples after one with traffic was not measured: it and the next are the gateway's") {
  account x;
  const auto terms = promised();
  (void)x.advance(terms, 0s, {100 * second_us});
  std::vector<verdict> result;
  for (int i = 0; i < 10; ++i) {
    if (i != 4)
      x.add(of_second(2000, i == 5 ? 60ms : 2ms, i == 5 ? 60ms : 2ms)); // what waited meanwhile
    result = x.advance(terms, (i + 1) * 1s, {(101 + i) * second_us});
  }
  REQUIRE(result.size() == 2);
  CHECK(result[0].outcome == verdict_outcome::violated);
  CHECK(result[0].cause == violation_cause::gateway);
  CHECK(result[1].outcome == verdict_outcome::met); // an unmeasured second breaks no reservation
}

TEST_CASE("an interval without any sample has no data, whatever was lost") {
  account x;
  const auto terms = promised();
  (void)x.advance(terms, 0s, {100 * second_us});
  x.add(of_second(2000, 2ms, 2ms));
  (void)x.advance(terms, 10s, {110 * second_us});
  x.add(circumstances{false, {}, true});
  const auto result = x.advance(terms, 20s, {120 * second_us});
  REQUIRE(result.size() == 2);
  CHECK(result[0].outcome == verdict_outcome::no_data);
  CHECK(result[1].outcome == verdict_outcome::no_data);
}

TEST_CASE("where a gateway had lost the core, what went wrong is the control's fault") {
  const auto xs = interval(promised(),
                           [](int) {
                             auto x = of_second(2000, 9ms, 9ms);
                             x.control = control_state::envelope;
                             return x;
                           },
                           {false, job});
  CHECK(xs[0].cause == violation_cause::control);
}

TEST_CASE("a reservation that our own throttles withheld is the control's fault") {
  const auto xs = interval(promised(),
                           [](int) {
                             auto x = of_second(1200, 2ms, 2ms, 40);
                             x.limited_by_depth = 900ms;
                             return x;
                           },
                           {false, job});
  CHECK(xs[1].outcome == verdict_outcome::violated);
  CHECK(xs[1].cause == violation_cause::control);
}

TEST_CASE("the cause is that of the seconds in which the promise broke, not of what else happened in the interval") {
  account x;
  const auto terms = promised();
  (void)x.advance(terms, 0s, {100 * second_us});
  std::vector<verdict> result;
  for (int i = 0; i < 10; ++i) {
    const auto slow = i == 7;
    x.add(of_second(2000, slow ? 90ms : 2ms, slow ? 90ms : 2ms));
    if (i == 2)
      x.add(circumstances{true, {}}); // a deficit while all was well
    if (i == 3 || slow)
      x.add(circumstances{false, slow ? job : other});
    result = x.advance(terms, (i + 1) * 1s, {(101 + i) * second_us});
  }
  CHECK(result[0].outcome == verdict_outcome::violated);
  CHECK(result[0].cause == violation_cause::stream);
  CHECK(result[0].culprit == "gw/batch/job");
}

TEST_CASE("what is asked for above the agreement's own limit is not covered, also by a point without a load") {
  auto terms = promised_as();
  terms.objective.limit.iops = {3000};
  terms.objective.latency = {{latency_statistic::mean, 5ms, {}}};
  const auto xs = interval(kept_agreement{terms}, [](int) {
    return of_second(3500, 90ms, 2ms, 100);
  });
  CHECK(xs[0].outcome == verdict_outcome::exempt);
}

TEST_CASE("a promise counts a large request as several") {
  const auto large = [](int) {
    auto x = of_second(500, 2ms, 2ms, 10); // 500 of 64 KiB are 2000 of 16 KiB
    x.reads = 500;
    x.read_bytes = 500 * 65536;
    return x;
  };
  CHECK(interval(promised(), large)[1].outcome == verdict_outcome::met);
  const auto too_large = [](int) {
    auto x = of_second(1000, 90ms, 90ms); // 4000 of 16 KiB, beyond 2500
    x.reads = 1000;
    x.read_bytes = 1000 * 65536;
    return x;
  };
  CHECK(interval(promised(), too_large)[0].outcome == verdict_outcome::exempt);
}
