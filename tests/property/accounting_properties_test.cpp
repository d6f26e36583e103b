// What must hold of counts, budgets, burn rates and remedies, for any counts. Seeded; a failure prints the seed.
#include "actors/domain/error_budget.hpp"
#include "actors/domain/remedy.hpp"

#include <doctest/doctest.h>

#include <random>
#include <vector>

using namespace sluice;

namespace {

constexpr std::uint64_t runs = 20'000;

class dice {
public:
  explicit dice(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t below(std::uint64_t n) {
    return engine_() % n;
  }
  /// Small ones and large ones alike often.
  std::uint64_t count() {
    return below(std::uint64_t{2} << below(41)) % (max_intervals + 1);
  }
  std::uint32_t share() {
    constexpr std::array<std::uint32_t, 6> usual{1'000'000, 999'900, 999'000, 990'000, 950'000, 1};
    return below(2) == 0 ? usual[below(usual.size())] : static_cast<std::uint32_t>(1 + below(1'000'000));
  }

private:
  std::mt19937_64 engine_;
};

interval_counts some_counts(dice& d) {
  interval_counts x;
  x.met = d.count();
  x.violated = d.below(3) == 0 ? d.count() : d.below(x.met / 1000 + 3);
  x.exempt = d.count();
  x.no_data = d.count();
  x.excluded = d.count();
  x.idle = x.no_data == 0 ? 0 : d.below(x.no_data + 1);
  return x;
}

} // namespace

TEST_CASE("property: the target is kept exactly if nothing below zero is left of the budget") {
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    const auto x = some_counts(d);
    const auto target = d.share();
    if (const auto kept = is_kept(x, target))
      REQUIRE(*kept == (budget_of(x, 0, target).left >= 0));
  }
}

TEST_CASE("property: compliance is rounded down by less than one part per million") {
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    const auto x = some_counts(d);
    const auto ppm = compliance_ppm(x);
    REQUIRE(ppm.has_value() == (x.judged() > 0));
    if (!ppm)
      continue;
    REQUIRE(*ppm <= 1'000'000);
    REQUIRE(is_kept(x, *ppm) == true);
    if (*ppm < 1'000'000)
      REQUIRE(is_below(x, *ppm + 1));
    REQUIRE((*ppm == 1'000'000) == (x.violated == 0));
  }
}

TEST_CASE("property: measuring less never raises coverage, and excluding changes no ratio of the rest") {
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    auto x = some_counts(d);
    const auto coverage = coverage_ppm(x);
    const auto compliance = compliance_ppm(x);
    x.excluded += 17;
    REQUIRE(coverage_ppm(x) == coverage);
    REQUIRE(compliance_ppm(x) == compliance);
    x.no_data += 1;
    REQUIRE(compliance_ppm(x) == compliance);
    REQUIRE(coverage_ppm(x).value() <= coverage.value_or(1'000'000));
  }
}

TEST_CASE("property: counts of parts add up to the counts of the whole") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    interval_counts whole;
    std::vector<interval_counts> parts(1 + d.below(5));
    for (int i = 0; i < 200; ++i) {
      final_verdict x;
      x.what.outcome = static_cast<verdict_outcome>(d.below(4));
      x.what.length = std::chrono::seconds{10};
      x.measured_seconds = static_cast<std::uint32_t>(d.below(11));
      const auto excluded = d.below(8) == 0;
      count(whole, x, excluded);
      count(parts[d.below(parts.size())], x, excluded);
    }
    interval_counts sum;
    for (const auto& part : parts)
      sum += part;
    REQUIRE(sum == whole);
    REQUIRE(sum.judged() + sum.exempt + sum.no_data + sum.excluded == 200);
  }
}

TEST_CASE("property: a steady burn rate of 1 uses the budget up, and the alert says what the rate says") {
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    const auto x = some_counts(d);
    const auto target = d.share();
    const auto rate = burn_rate_milli(x, target);
    if (!rate)
      continue;
    // Above 1 (rounded down to thousandths: 1.001 and more) the target is missed, up to 1 it is kept.
    if (*rate > 1'000)
      REQUIRE(is_kept(x, target) == false);
    if (*rate < 1'000)
      REQUIRE(is_kept(x, target) == true);
    for (const auto& windows : burn_alerts) {
      if (*rate > windows.threshold_milli)
        REQUIRE(is_alert(windows, x, x, target));
      if (*rate < windows.threshold_milli)
        REQUIRE_FALSE(is_alert(windows, x, x, target));
    }
  }
}

TEST_CASE("property: keeping less never earns less credit, in whichever order the tiers stand") {
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    std::vector<remedy_tier> tiers(d.below(max_remedies + 1));
    std::uint32_t credit = 1'000'000;
    std::uint32_t below = 0;
    for (auto& tier : tiers) {
      below += 1 + static_cast<std::uint32_t>(d.below(100'000));
      credit -= 1 + static_cast<std::uint32_t>(d.below(100'000));
      tier = {below, credit};
    }
    const auto total = 1 + d.below(100'000);
    const auto violated = d.below(total);
    const interval_counts good{.met = total - violated, .violated = violated};
    const interval_counts worse{.met = total - violated - 1, .violated = violated + 1};
    const auto credit_of = [&](const interval_counts& x, const std::vector<remedy_tier>& in) {
      const auto found = remedy_of(x, in);
      return found ? found->credit_ppm : 0;
    };
    REQUIRE(credit_of(worse, tiers) >= credit_of(good, tiers));
    const std::vector<remedy_tier> backwards(tiers.rbegin(), tiers.rend());
    REQUIRE(credit_of(good, backwards) == credit_of(good, tiers));
  }
}
