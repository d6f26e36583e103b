// The agreement check: what a schema cannot say. And what an objective comes to in figures.
#include "actors/domain/agreement.hpp"
#include "actors/domain/promise.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

agreement oltp_gold() {
  agreement x;
  x.name = "oltp-gold";
  x.tenant = "acme";
  x.streams.volume = "oltp";
  x.objective.reservation = {1500};
  x.objective.limit = {{6000}, {200'000'000}, burst{{8000}, 10s}};
  x.objective.weight = 4;
  x.objective.tier = tier::gold;
  x.objective.latency = {{latency_statistic::mean, 5ms, {2500}}};
  return x;
}

/// The path of the only mistake that a change makes.
template<class Change>
std::string wrong(Change change) {
  auto x = oltp_gold();
  change(x);
  const auto mistakes = check(x);
  return mistakes.size() == 1 ? mistakes.front().path : std::to_string(mistakes.size()) + " mistakes";
}

} // namespace

TEST_CASE("an agreement without contradiction passes") {
  CHECK(check(oltp_gold()).empty());
}

TEST_CASE("each contradiction is found and named by its path") {
  CHECK(wrong([](agreement& x) {
          x.name = "a b";
        })
        == "metadata.name");
  CHECK(wrong([](agreement& x) {
          x.tenant = "";
        })
        == "metadata.tenant");
  CHECK(wrong([](agreement& x) {
          x.streams.volume = "";
        })
        == "spec.streams.volume");
  CHECK(wrong([](agreement& x) {
          x.objective.reservation = {6001};
        })
        == "spec.objective.reservation.iops");
  CHECK(wrong([](agreement& x) {
          x.objective.limit.above->iops = {6000};
        })
        == "spec.objective.limit.burst.iops");
  CHECK(wrong([](agreement& x) {
          x.objective.limit.above->length = 0s;
        })
        == "spec.objective.limit.burst.for");
  CHECK(wrong([](agreement& x) {
          x.objective.weight = 0;
        })
        == "spec.objective.weight");
  CHECK(wrong([](agreement& x) {
          x.objective.tier = static_cast<tier>(7);
        })
        == "spec.objective.tier");
  CHECK(wrong([](agreement& x) {
          x.objective.latency.front().target = 0s;
        })
        == "spec.objective.latency.target");
  CHECK(wrong([](agreement& x) {
          x.objective.latency.resize(9, x.objective.latency.front());
        })
        == "spec.objective.latency");
  CHECK(wrong([](agreement& x) {
          x.objective.compliance.interval = 999ms;
        })
        == "spec.objective.compliance.interval");
  CHECK(wrong([](agreement& x) {
          x.objective.compliance.target_ppm = 1'000'001;
        })
        == "spec.objective.compliance.target");
  for (const auto* const zone : {"", "Europe/Berlin\n", "../etc/passwd"})
    CHECK(wrong([&](agreement& x) {
            x.objective.compliance.time_zone = zone;
          })
          == "spec.objective.compliance.time_zone");
}

TEST_CASE("remedies must credit more the lower the tier, each tier once") {
  using tiers = std::vector<remedy_tier>;
  const auto found = [](tiers xs) {
    return wrong([&](agreement& x) {
      x.objective.compliance.remedies = std::move(xs);
    });
  };
  const std::string remedies = "spec.objective.compliance.remedies";
  auto good = oltp_gold();
  good.objective.compliance.remedies = {{999'000, 100'000}, {950'000, 250'000}};
  CHECK(check(good).empty());
  std::swap(good.objective.compliance.remedies[0], good.objective.compliance.remedies[1]);
  CHECK(check(good).empty());
  CHECK(found({{0, 100'000}}) == remedies + "[0].below");
  CHECK(found({{1'000'001, 100'000}}) == remedies + "[0].below");
  CHECK(found({{999'000, 0}}) == remedies + "[0].credit");
  CHECK(found({{999'000, 1'000'001}}) == remedies + "[0].credit");
  CHECK(found({{999'000, 100'000}, {999'000, 200'000}}) == remedies + "[1].below");
  CHECK(found({{999'000, 100'000}, {950'000, 100'000}}) == remedies + "[1].credit");
  CHECK(found({{950'000, 100'000}, {999'000, 100'000}}) == remedies + "[1].credit");
  tiers many;
  for (std::uint32_t i = 0; i < 9; ++i)
    many.push_back({999'000 - i, 1 + i});
  CHECK(found(many) == remedies);
}

TEST_CASE("the names of the terms are read back as written") {
  for (const auto x : {tier::best_effort, tier::bronze, tier::silver, tier::gold})
    CHECK(parse_tier(to_string(x)) == x);
  for (const auto x : {latency_statistic::mean, latency_statistic::p50, latency_statistic::p90, latency_statistic::p95,
                       latency_statistic::p99, latency_statistic::p999})
    CHECK(parse_latency_statistic(to_string(x)) == x);
  CHECK(!parse_tier("platinum"));
}

TEST_CASE("up to the load of its latency point an agreement is protected, and the mean is aimed below the target") {
  const control_policy policy;
  const auto x = promise_of(oltp_gold().objective, policy);
  CHECK(x.rate == 2500);
  CHECK(x.reservation == 1500);
  CHECK(x.limit == 8000); // the burst
  CHECK(x.aim == doctest::Approx(0.005 * policy.aim_mean));
  CHECK(x.target == doctest::Approx(0.005));
}

TEST_CASE("a promised percentile has its own, lower aim for the mean; the tightest point counts") {
  const control_policy policy;
  auto terms = oltp_gold().objective;
  terms.latency.push_back({latency_statistic::p99, 5ms, {2000}});
  const auto x = promise_of(terms, policy);
  CHECK(x.aim == doctest::Approx(0.005 * policy.aim_percentile));
  CHECK(x.rate == 2500);
}

TEST_CASE("an agreement that promises nothing still has the best-effort floor, but never more than its limit") {
  const control_policy policy;
  objective terms;
  CHECK(promise_of(terms, policy).rate == 50);
  terms.limit.iops = {20};
  CHECK(promise_of(terms, policy).rate == 20);
}
