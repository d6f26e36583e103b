// Compliance, coverage, budget, burn rates and remedies. Expected figures are worked out by hand.
#include "actors/domain/error_budget.hpp"
#include "actors/domain/remedy.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

final_verdict judged(verdict_outcome outcome, std::uint32_t measured_seconds = 10) {
  final_verdict x;
  x.what.outcome = outcome;
  x.what.length = 10s;
  x.measured_seconds = measured_seconds;
  return x;
}

interval_counts counted(std::uint64_t met, std::uint64_t violated) {
  interval_counts x;
  x.met = met;
  x.violated = violated;
  return x;
}

} // namespace

TEST_CASE("each interval is counted as one thing") {
  interval_counts x;
  count(x, judged(verdict_outcome::met), false);
  count(x, judged(verdict_outcome::met), false);
  count(x, judged(verdict_outcome::violated), false);
  count(x, judged(verdict_outcome::exempt), false);
  count(x, judged(verdict_outcome::no_data), false);    // idle
  count(x, judged(verdict_outcome::no_data, 9), false); // one second is missing
  count(x, judged(verdict_outcome::violated), true);
  CHECK(x == interval_counts{.met = 2, .violated = 1, .exempt = 1, .no_data = 2, .excluded = 1, .idle = 1});
}

TEST_CASE("a finding without data is not idleness") {
  auto x = judged(verdict_outcome::no_data);
  x.basis = verdict_basis::finding;
  interval_counts counts;
  count(counts, x, false);
  CHECK(counts.no_data == 1);
  CHECK(counts.idle == 0);
}

TEST_CASE("an interval of the agreement is violated if any of its objectives is") {
  using enum verdict_outcome;
  const auto all = [](std::vector<verdict_outcome> xs) {
    return outcome_of_all(xs);
  };
  CHECK(all({met, violated, met}) == violated);
  CHECK(all({exempt, violated}) == violated);
  CHECK(all({exempt, met, no_data}) == met);
  CHECK(all({no_data, exempt}) == exempt);
  CHECK(all({no_data, no_data}) == no_data);
  CHECK(all({}) == no_data);
}

TEST_CASE("compliance counts met and violated only") {
  CHECK(compliance_ppm({.met = 999, .violated = 1, .exempt = 500, .no_data = 500, .excluded = 500}) == 999'000);
  CHECK_FALSE(compliance_ppm({.exempt = 5, .no_data = 5}).has_value());
}

TEST_CASE("compliance is rounded down, and whether it is kept is told by the exact ratio") {
  const auto x = counted(2'999'999, 1); // 99.999967 %
  CHECK(compliance_ppm(x) == 999'999);
  CHECK(is_kept(x, 999'999) == true);
  CHECK(is_kept(x, 1'000'000) == false);
  CHECK(is_kept(counted(999, 1), 999'000) == true);
  CHECK(is_kept(counted(998, 1), 999'000) == false); // 99.8999 %
  CHECK_FALSE(is_kept({}, 1).has_value());
}

TEST_CASE("unmeasured time is not covered, idle time is") {
  CHECK(coverage_ppm({.met = 6, .violated = 1, .exempt = 1, .no_data = 2, .excluded = 90, .idle = 1}) == 900'000);
  CHECK(coverage_ppm({.no_data = 3}) == 0);
  CHECK_FALSE(coverage_ppm({.excluded = 3}).has_value());
}

TEST_CASE("counts stay at their end instead of beginning anew") {
  auto x = counted(max_intervals, 1);
  x += x;
  CHECK(x.met == max_intervals);
  CHECK(x.violated == 2);
}

TEST_CASE("the budget of a month of 30 days at 99.9 % is 43.2 minutes") {
  // 259,200 intervals of 10 s; 0.1 % of them are 259.2.
  const auto x = budget_of(counted(259'100, 100), 0, 999'000);
  CHECK(x.allowed == 259);
  CHECK(x.consumed == 100);
  CHECK(x.left == 159);
  CHECK(time_of(static_cast<std::int64_t>(x.allowed), 10s) == 2'590s);
}

TEST_CASE("what is to come of a period belongs to its budget") {
  const auto x = budget_of(counted(9'990, 10), 249'200, 999'000);
  CHECK(x.allowed == 259);
  CHECK(x.left == 249);
  CHECK(budget_of(counted(9'990, 11), 0, 999'000).left == -1);
}

TEST_CASE("a time that no number can hold stays at its end") {
  CHECK(time_of(std::numeric_limits<std::int64_t>::max(), 1h) == duration::max());
  CHECK(time_of(-2, 10s) == -20s);
}

TEST_CASE("a burn rate of 14.4 uses up 2 % of a month's budget in an hour") {
  // 360 intervals an hour at 99.9 %: 14.4 times 0.36 are 5.184 violated ones.
  CHECK(burn_rate_milli(counted(355, 5), 999'000) == 13'888);
  CHECK(burn_rate_milli(counted(354, 6), 999'000) == 16'666);
  CHECK(burn_rate_milli(counted(360, 0), 999'000) == 0);
  CHECK_FALSE(burn_rate_milli({.no_data = 360}, 999'000).has_value());
}

TEST_CASE("where nothing may be violated everything that is burns without end") {
  CHECK(burn_rate_milli(counted(10, 0), 1'000'000) == 0);
  CHECK(burn_rate_milli(counted(10, 1), 1'000'000) == std::numeric_limits<std::uint64_t>::max());
  CHECK(is_alert(burn_alerts[0], counted(10, 1), counted(10, 1), 1'000'000));
  CHECK_FALSE(is_alert(burn_alerts[0], counted(10, 0), counted(10, 0), 1'000'000));
}

TEST_CASE("it is an alert while both windows burn, and none any more when the short one does not") {
  const auto& windows = burn_alerts[0];
  CHECK(windows.longer == 1h);
  CHECK(windows.shorter == 5min);
  CHECK(is_alert(windows, counted(354, 6), counted(29, 1), 999'000));
  CHECK_FALSE(is_alert(windows, counted(354, 6), counted(30, 0), 999'000));
  CHECK_FALSE(is_alert(windows, counted(355, 5), counted(29, 1), 999'000));
  CHECK_FALSE(is_alert(windows, counted(354, 6), {}, 999'000)); // not measured: nothing is said
}

TEST_CASE("a burn rate at the threshold is none above it") {
  // 6 times 1 % of 1,000 are 60.
  CHECK_FALSE(is_alert(burn_alerts[1], counted(940, 60), counted(940, 60), 990'000));
  CHECK(is_alert(burn_alerts[1], counted(939, 61), counted(939, 61), 990'000));
}

TEST_CASE("the lowest tier that compliance is below gives the credit") {
  const std::vector<remedy_tier> tiers{{999'000, 100'000}, {950'000, 500'000}, {990'000, 250'000}};
  CHECK_FALSE(remedy_of(counted(9'990, 10), tiers).has_value()); // 99.9 % is not below 99.9 %
  CHECK(remedy_of(counted(9'989, 11), tiers)->credit_ppm == 100'000);
  CHECK(remedy_of(counted(9'899, 101), tiers)->credit_ppm == 250'000);
  CHECK(remedy_of(counted(0, 1), tiers)->credit_ppm == 500'000);
  CHECK_FALSE(remedy_of({.no_data = 100}, tiers).has_value());
  CHECK_FALSE(remedy_of(counted(0, 1), {}).has_value());
}
