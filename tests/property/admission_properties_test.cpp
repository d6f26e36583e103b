// What must hold of admission for any input: what is said to fit is accepted, more load never helps, order is nothing.
#include "actors/domain/admission.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace sluice;

namespace {

constexpr std::uint64_t rounds = 12'000;

struct case_ {
  std::vector<admission_backend> backends;
  std::vector<admission_place> places;
  std::vector<agreement> in_force;
  agreement candidate;

  [[nodiscard]] admission_verdict ask(const agreement& x) const {
    return admit({in_force, backends, places}, x);
  }
};

class maker {
public:
  explicit maker(std::uint64_t seed) : chance_(seed) {}

  case_ make() {
    case_ x;
    const auto backends = below(4);
    for (std::uint64_t i = 0; i < backends; ++i) {
      admission_backend one{"b" + std::to_string(i), below(4) == 0 ? 0 : 1 + below(10'000), duration{}, 1, {}};
      one.least_latency = duration{below(3) == 0 ? 0 : static_cast<std::int64_t>(below(9'000'000))};
      one.oversubscription = 1 + static_cast<double>(below(300)) / 100;
      std::shuffle(one.policy.turns.begin(), one.policy.turns.end(), chance_);
      x.backends.push_back(one);
    }
    for (std::uint64_t i = below(8); backends > 0 && i > 0; --i)
      x.places.push_back({"g" + std::to_string(below(2)), "v" + std::to_string(below(4)), below(backends)});
    for (std::uint64_t i = below(7); i > 0; --i)
      x.in_force.push_back(some("a" + std::to_string(i)));
    x.candidate = some(below(3) == 0 ? "a1" : "new");
    return x;
  }

  agreement some(const std::string& name) {
    agreement x;
    x.name = name;
    x.tenant = "t";
    if (below(2) == 0)
      x.streams.volume = "v" + std::to_string(below(4));
    if (below(3) == 0)
      x.streams.gateway = "g" + std::to_string(below(2));
    auto& o = x.objective;
    o.tier = static_cast<tier>(below(4));
    if (below(2) == 0)
      o.limit.iops = rate{1 + below(9'000)};
    if (below(3) != 0)
      o.reservation = rate{1 + below(o.limit.iops.unlimited() ? 9'000 : o.limit.iops.per_second)};
    for (std::uint64_t i = below(3); i > 0; --i)
      o.latency.push_back({static_cast<latency_statistic>(below(6)),
                           duration{1 + static_cast<std::int64_t>(below(20'000'000))}, rate{below(2) * below(9'000)}});
    REQUIRE(check(x).empty());
    return x;
  }

  std::uint64_t below(std::uint64_t bound) {
    return chance_() % bound;
  }

  std::mt19937_64& chance() {
    return chance_;
  }

private:
  std::mt19937_64 chance_;
};

} // namespace

TEST_SUITE_BEGIN("property.admission");

TEST_CASE("property: what is said to fit is accepted, and a candidate that was not refused is not cut") {
  int refused = 0;
  for (std::uint64_t seed = 1; seed <= rounds; ++seed) {
    CAPTURE(seed);
    const auto x = maker{seed}.make();
    const auto verdict = x.ask(x.candidate);
    if (verdict.outcome != admission_outcome::refused) {
      CHECK(verdict.fit == admission_fit{});
      continue;
    }
    ++refused;
    REQUIRE((verdict.fit.rate || verdict.fit.latency));
    const auto cut = cut_to(verdict.fit, x.candidate);
    CHECK(cut != x.candidate);
    REQUIRE(x.ask(cut).outcome != admission_outcome::refused);
    // The largest one: what is not zero and one more is refused again.
    if (const auto fits = verdict.fit.rate; fits && *fits > 0 && *fits < promised_rate(x.candidate.objective)) {
      auto more = cut_to({*fits + 1, verdict.fit.latency}, x.candidate);
      CHECK(x.ask(more).outcome == admission_outcome::refused);
    }
  }
  CHECK(refused > 1'000); // else the inputs do not try it
}

TEST_CASE("property: adding load never turns refused into accepted") {
  int tried = 0;
  for (std::uint64_t seed = 1; seed <= rounds; ++seed) {
    CAPTURE(seed);
    maker m{seed};
    auto x = m.make();
    const auto before = x.ask(x.candidate);
    x.in_force.push_back(m.some("one-more"));
    const auto after = x.ask(x.candidate);
    CHECK(after.outcome >= before.outcome);
    tried += before.outcome == admission_outcome::refused ? 1 : 0;
    if (before.fit.rate && after.fit.rate)
      CHECK(*after.fit.rate <= *before.fit.rate);
  }
  CHECK(tried > 1'000);
}

TEST_CASE("property: the order of agreements, places and backends does not matter") {
  for (std::uint64_t seed = 1; seed <= rounds; ++seed) {
    CAPTURE(seed);
    maker m{seed};
    auto x = m.make();
    const auto before = x.ask(x.candidate);
    std::shuffle(x.in_force.begin(), x.in_force.end(), m.chance());
    std::shuffle(x.places.begin(), x.places.end(), m.chance());
    std::reverse(x.backends.begin(), x.backends.end());
    for (auto& place : x.places)
      place.backend = x.backends.size() - 1 - place.backend;
    CHECK(x.ask(x.candidate) == before);
  }
}

TEST_CASE("property: asking for less is never worse, and each verdict can be said") {
  for (std::uint64_t seed = 1; seed <= rounds; ++seed) {
    CAPTURE(seed);
    const auto x = maker{seed}.make();
    const auto verdict = x.ask(x.candidate);
    for (const auto& one : verdict.findings)
      REQUIRE(to_sentence(one).ends_with('.'));
    auto less = x.candidate;
    less.objective.reservation.per_second /= 2;
    for (auto& point : less.objective.latency) {
      point.target *= 2;
      point.up_to.per_second = (point.up_to.per_second + 1) / 2;
    }
    if (promised_rate(less.objective) <= promised_rate(x.candidate.objective))
      CHECK(x.ask(less).outcome <= verdict.outcome);
  }
}

TEST_SUITE_END();
