// Admission: what is accepted, with which warning, and what is refused with what would fit instead.
#include "actors/domain/admission.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

using kind = admission_finding_kind;

/// One volume on one backend that gives 8,000 IOPS and answers in 1 ms.
struct world {
  std::vector<admission_backend> backends{{"array", 8'000, 1ms, 2, {}}};
  std::vector<admission_place> places{{"gw1", "oltp", 0}};
  std::vector<agreement> in_force;

  [[nodiscard]] admission_verdict ask(const agreement& x) const {
    return admit({in_force, backends, places}, x);
  }
};

agreement reserving(const std::string& name, std::uint64_t iops, tier its = tier::bronze) {
  agreement x;
  x.name = name;
  x.tenant = "acme";
  x.objective.reservation = rate{iops};
  x.objective.tier = its;
  return x;
}

agreement promising(latency_statistic statistic, duration target, std::uint64_t up_to) {
  agreement x;
  x.name = "latency";
  x.tenant = "acme";
  x.objective.latency = {{statistic, target, rate{up_to}}};
  return x;
}

} // namespace

TEST_SUITE_BEGIN("unit.admission");

TEST_CASE("what fits beside the others is accepted without a word") {
  world w;
  w.in_force = {reserving("other", 5'000)};
  const auto got = w.ask(reserving("new", 3'000));
  CHECK(got.outcome == admission_outcome::accepted);
  CHECK(got.findings.empty());
}

TEST_CASE("what is suspended promises nothing, and is judged anew when it is resumed") {
  world w;
  w.backends[0].oversubscription = 1;
  auto held_up = reserving("held-up", 6'000);
  held_up.suspended = true;
  w.in_force = {held_up};
  CHECK(w.ask(reserving("new", 7'000)).findings.empty());
  w.in_force.push_back(reserving("new", 7'000));
  CHECK(w.ask(held_up).outcome == admission_outcome::accepted);
  CHECK(w.ask(held_up).findings.empty());
  held_up.suspended = false;
  CHECK(w.ask(held_up).outcome == admission_outcome::refused);
}

TEST_CASE("oversubscription within the bound is accepted and says who would yield, lowest tier first") {
  world w;
  w.in_force = {reserving("gold", 5'000, tier::gold), reserving("cheap", 1'000, tier::best_effort)};
  const auto got = w.ask(reserving("new", 4'000, tier::bronze));
  CHECK(got.outcome == admission_outcome::warning);
  REQUIRE(got.findings.size() == 1);
  const auto& x = got.findings[0];
  CHECK(x.kind == kind::oversubscribed);
  CHECK(x.path == "spec.objective.reservation.iops");
  CHECK(x.promised == 6'000);
  REQUIRE(x.yields.size() == 2);
  CHECK(x.yields[0] == admission_yield{"cheap", tier::best_effort, 1'000, 0});
  CHECK(x.yields[1] == admission_yield{"new", tier::bronze, 4'000, 3'000});
  CHECK(to_sentence(x)
        == "Backend array gives 8000 IOPS (reads of 4 KiB); 6000 IOPS are promised on it already and this asks for "
           "4000 IOPS, 2000 IOPS "
           "too many if all is used; then yields: cheap (best-effort) gets 0 of 1000, new (bronze) gets 3000 of 4000.");
}

TEST_CASE("the order in which tiers yield is the policy's") {
  world w;
  w.backends[0].policy.turns = {3, 2, 1, 0}; // gold first
  w.in_force = {reserving("gold", 5'000, tier::gold)};
  const auto got = w.ask(reserving("new", 4'000));
  REQUIRE(got.findings.size() == 1);
  REQUIRE(got.findings[0].yields.size() == 1);
  CHECK(got.findings[0].yields[0].agreement == "gold");
  CHECK(got.findings[0].yields[0].gets == 4'000);
}

TEST_CASE("beyond the bound it is refused, and what is left would fit") {
  world w;
  w.backends[0].oversubscription = 1.5; // 12,000 in all
  w.in_force = {reserving("a", 6'000), reserving("b", 4'000)};
  const auto got = w.ask(reserving("new", 2'001));
  CHECK(got.outcome == admission_outcome::refused);
  REQUIRE(got.findings.size() == 1);
  CHECK(got.findings[0].kind == kind::beyond_bound);
  CHECK(got.findings[0].bound == 12'000);
  CHECK(got.fit.rate == 2'000);
  CHECK(to_sentence(got.fit) == "What would fit is a rate of 2000 IOPS.");
  CHECK(w.ask(cut_to(got.fit, reserving("new", 2'001))).outcome == admission_outcome::warning);
}

TEST_CASE("one agreement is never promised more than the backend gives, whatever the bound") {
  world w;
  w.backends[0].oversubscription = 10;
  const auto got = w.ask(promising(latency_statistic::mean, 5ms, 9'000));
  CHECK(got.outcome == admission_outcome::refused);
  REQUIRE(got.findings.size() == 1);
  CHECK(got.findings[0].kind == kind::beyond_capacity);
  CHECK(got.findings[0].path == "spec.objective.latency[0].up_to.iops");
  CHECK(got.fit.rate == 8'000);
}

TEST_CASE("a latency below what the backend shows at low load is refused, and that one would fit") {
  world w;
  const auto got = w.ask(promising(latency_statistic::p99, 900us, 100));
  CHECK(got.outcome == admission_outcome::refused);
  REQUIRE(got.findings.size() == 1);
  CHECK(got.findings[0].kind == kind::latency_impossible);
  CHECK(got.findings[0].path == "spec.objective.latency[0].target");
  CHECK(got.fit.latency == 1ms);
  // 65 % of 1.2 ms is below 1 ms: it may be promised, but the loop has no room to aim below it.
  CHECK(w.ask(promising(latency_statistic::mean, 1'200us, 100)).findings.at(0).kind == kind::latency_tight);
  CHECK(w.ask(promising(latency_statistic::p50, 900us, 100)).outcome == admission_outcome::warning);
  CHECK(w.ask(promising(latency_statistic::mean, 2ms, 100)).outcome == admission_outcome::accepted);
}

TEST_CASE("what is not known is no reason to refuse, and is said") {
  world w;
  w.backends[0].capacity = 0;
  w.backends[0].least_latency = 0ns;
  auto x = promising(latency_statistic::mean, 1us, 1'000'000);
  auto got = w.ask(x);
  CHECK(got.outcome == admission_outcome::accepted);
  REQUIRE(got.findings.size() == 1);
  CHECK(got.findings[0].kind == kind::unknown_capacity);
  x.streams.volume = "elsewhere";
  got = w.ask(x);
  CHECK(got.outcome == admission_outcome::accepted);
  REQUIRE(got.findings.size() == 1);
  CHECK(got.findings[0].kind == kind::unknown_place);
}

TEST_CASE("others count only where they and the candidate meet") {
  world w;
  w.backends.push_back({"tape", 1'000, 0ns, 1, {}});
  w.places.push_back({"gw2", "backup", 1});
  w.in_force = {reserving("everywhere", 900)};
  auto x = reserving("new", 7'000);
  x.streams.volume = "oltp";
  CHECK(w.ask(x).outcome == admission_outcome::accepted);
  x.streams.volume = "*"; // may fall on the tape, too
  const auto got = w.ask(x);
  CHECK(got.outcome == admission_outcome::refused);
  CHECK(got.findings.at(0).backend == "tape");
  CHECK(got.fit.rate == 100);
}

TEST_CASE("a new version stands in the place of the one before, and what that promised is not refused again") {
  world w;
  w.in_force = {reserving("big", 8'000), reserving("mine", 8'000)};
  CHECK(w.ask(reserving("mine", 8'000)).outcome == admission_outcome::warning);
  w.backends[0].capacity = 4'000; // the array lost half its disks
  CHECK(w.ask(reserving("mine", 7'000)).outcome == admission_outcome::warning);
  const auto more = w.ask(reserving("mine", 8'001));
  CHECK(more.outcome == admission_outcome::refused);
  CHECK(more.fit.rate == 8'000);
}

TEST_CASE("an agreement that promises no rate needs no room") {
  world w;
  w.backends[0].oversubscription = 1;
  w.in_force = {reserving("all", 8'000)};
  agreement x;
  x.name = "weight-only";
  x.tenant = "acme";
  x.objective.weight = 9;
  x.objective.limit.iops = rate{500};
  CHECK(w.ask(x).outcome == admission_outcome::accepted);
  x.objective.latency = {{latency_statistic::mean, 10ms, rate{}}}; // at any load, hence up to its limit
  const auto got = w.ask(x);
  CHECK(got.outcome == admission_outcome::refused);
  CHECK(got.fit.rate == 0);
  CHECK(to_sentence(got.fit) == "What would fit is no rate at all.");
  CHECK(w.ask(cut_to(got.fit, x)).outcome == admission_outcome::accepted);
}

TEST_SUITE_END();
