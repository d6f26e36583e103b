// What must hold for any division through a hierarchy. Random inputs, seeded; a failure prints the seed.
#include "actors/domain/hierarchy.hpp"
#include "tests/property/random_inputs.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace sluice;
using namespace sluice::random_inputs;

namespace {

struct tree {
  std::vector<claim_group> groups;
  std::vector<claim> claims;
  std::vector<std::uint32_t> group_of;
  double amount = 0;
};

tree some_tree(dice& d) {
  tree t;
  t.groups.resize(1 + d.below(6));
  for (std::uint32_t g = 1; g < t.groups.size(); ++g)
    t.groups[g] = {d.below<std::uint32_t>(g), d.one_in(2) ? 0 : d.between(0.5, 10)};
  t.claims = some_claims(d, 15);
  for (std::size_t i = 0; i < t.claims.size(); ++i)
    t.group_of.push_back(d.below<std::uint32_t>(t.groups.size()));
  t.amount = d.between(0, 20'000);
  return t;
}

std::vector<double> filled(const tree& t) {
  hierarchical_filling x;
  x.shape(t.groups, t.group_of);
  x.fill(t.claims, t.amount);
  return {x.parts().begin(), x.parts().end()};
}

} // namespace

TEST_CASE("property: a hierarchy hands out the amount, but at least the floors and at most the ceilings") {
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    const auto t = some_tree(d);
    const auto parts = filled(t);
    double floors = 0;
    double ceilings = 0;
    for (std::size_t i = 0; i < t.claims.size(); ++i) {
      REQUIRE(parts[i] >= t.claims[i].floor);
      REQUIRE(parts[i] <= t.claims[i].ceiling);
      floors += t.claims[i].floor;
      ceilings += t.claims[i].ceiling;
    }
    REQUIRE(near(sum(parts), std::min(std::max(t.amount, floors), ceilings)));
  }
}

TEST_CASE("property: a hierarchy of one group is water-filling, wherever its claims are named") {
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    auto t = some_tree(d);
    t.groups.resize(1);
    for (auto& g : t.group_of)
      g = d.below(2) == 0 ? 0 : 99; // a group that is none is the first
    const auto flat = water_fill(t.claims, t.amount).parts;
    const auto parts = filled(t);
    for (std::size_t i = 0; i < flat.size(); ++i)
      REQUIRE(near(parts[i], flat[i]));
  }
}

TEST_CASE("property: a hierarchy with one claim in each group is water-filling") {
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    auto t = some_tree(d);
    t.groups.assign(1 + t.claims.size(), {});
    std::iota(t.group_of.begin(), t.group_of.end(), 1u);
    const auto flat = water_fill(t.claims, t.amount).parts;
    const auto parts = filled(t);
    for (std::size_t i = 0; i < flat.size(); ++i)
      REQUIRE(near(parts[i], flat[i]));
  }
}

TEST_CASE("property: to divide a claim into many gains its group nothing") {
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    auto t = some_tree(d);
    // A tenant of its own with one claim, or with many that together may and must have the same.
    const auto tenant = static_cast<std::uint32_t>(t.groups.size());
    const claim whole{d.between(0, 1000), infinite, 3};
    t.groups.push_back({});
    auto split = t;
    t.claims.push_back(whole);
    t.group_of.push_back(tenant);
    const auto many = 2 + d.below<std::uint32_t>(99);
    for (std::uint32_t i = 0; i < many; ++i) {
      split.claims.push_back({whole.floor / many, infinite, whole.weight});
      split.group_of.push_back(tenant);
    }
    const auto one = filled(t);
    const auto parts = filled(split);
    for (std::size_t i = 0; i + 1 < one.size(); ++i)
      REQUIRE(near(parts[i], one[i]));
    for (auto i = one.size(); i < parts.size(); ++i)
      REQUIRE(near(parts[i], parts[i - 1]));
  }
}

TEST_CASE("property: among siblings nobody is above its floor while one with less per weight is unsatisfied") {
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    const auto t = some_tree(d);
    const auto parts = filled(t);
    for (std::size_t i = 0; i < parts.size(); ++i)
      for (std::size_t j = 0; j < parts.size(); ++j)
        if (t.group_of[i] == t.group_of[j] && parts[i] > t.claims[i].floor * (1 + 1e-9) + 1e-9
            && parts[j] < t.claims[j].ceiling * (1 - 1e-9) - 1e-9)
          REQUIRE(parts[i] / t.claims[i].weight <= parts[j] / t.claims[j].weight * (1 + 1e-6) + 1e-6);
  }
}

TEST_CASE("property: a hierarchy follows scale and order, and more to divide is less for nobody") {
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    const auto t = some_tree(d);
    const auto parts = filled(t);

    auto more = t;
    more.amount *= 1.3;
    const auto larger = filled(more);
    auto scaled = t;
    scaled.amount *= 7;
    for (auto& x : scaled.claims) {
      x.floor *= 7;
      x.ceiling *= 7;
    }
    const auto large = filled(scaled);
    auto turned = t;
    std::reverse(turned.claims.begin(), turned.claims.end());
    std::reverse(turned.group_of.begin(), turned.group_of.end());
    const auto reversed = filled(turned);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      REQUIRE(larger[i] >= parts[i] * (1 - 1e-9) - 1e-9);
      REQUIRE(near(large[i], 7 * parts[i]));
      REQUIRE(near(reversed[parts.size() - 1 - i], parts[i]));
    }
  }
}

TEST_CASE("property: a hierarchy is total") {
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    tree t;
    t.groups.resize(d.below(5));
    for (auto& g : t.groups)
      g = {d.below<std::uint32_t>(7), d.any_odd()};
    t.claims.resize(d.below(6));
    for (auto& x : t.claims)
      x = {d.any_odd(), d.any_odd(), d.any_odd()};
    for (std::size_t i = 0; i < t.claims.size(); ++i)
      t.group_of.push_back(d.below<std::uint32_t>(7));
    t.amount = d.any_odd();
    const auto parts = filled(t);
    REQUIRE(parts.size() == t.claims.size());
    for (const auto x : parts) {
      REQUIRE(!std::isnan(x));
      REQUIRE(x >= 0);
    }
  }
}
