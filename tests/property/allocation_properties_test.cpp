// What must hold for any division of a backend by allocate(). Random inputs, seeded; a failure prints the seed.
#include "actors/domain/allocation.hpp"
#include "actors/domain/envelope.hpp"
#include "tests/property/random_inputs.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace sluice;
using namespace sluice::random_inputs;

namespace {

/// So long that Little's law gives everybody with a part a depth of many requests: none is too coarse, and no rate
/// stands in for it.
constexpr double long_aim = 1e4;
/// What allocation.cpp lets one grow by that waits, and gives on top of what it was promised.
constexpr double growth = 1.1;
constexpr double growth_extra = 10;
constexpr double margin = 1.05;

struct division {
  std::vector<entity> entities;
  backend_view backend;
  std::vector<claim_group> groups;

  void divide() {
    backend.groups = groups;
    allocate(entities, backend);
  }
  [[nodiscard]] division done() const {
    auto result = *this;
    result.divide();
    return result;
  }
  [[nodiscard]] std::vector<double> units() const {
    std::vector<double> result;
    for (const auto& x : entities)
      result.push_back(x.part * x.cost);
    return result;
  }
};

entity some_entity(dice& d, double aim) {
  entity x;
  x.cost = d.between(0.3, 8);
  x.counted = d.one_in(2) ? 1 : d.between(1, 16);
  x.promise.rate = d.one_in(4) ? 50 : d.between(0, 3000);
  x.promise.limit = d.one_in(2) ? infinite : x.promise.rate + d.between(0, 4000);
  x.promise.weight = d.between(0.5, 10);
  x.promise.tier = static_cast<tier>(d.below(4));
  x.promise.target = d.one_in(2) ? 0 : d.between(0.001, 0.05);
  x.demand = d.between(0, 3000);
  x.used = d.between(0, 3000);
  x.latency = d.between(0, 0.05);
  x.excess = d.one_in(2);
  x.hungry = x.excess && d.one_in(2);
  x.fresh = d.one_in(2);
  x.held_by_depth = d.one_in(2) ? 0.9 : 0;
  x.balance = d.between(0.4, 2.5);
  x.guard = d.one_in(2) ? 1 : d.between(1, 4);
  // What is outstanding says what it wants, as of a closed loop; so a scale of rates is a scale of wishes, too.
  x.in_flight = x.hungry ? aim * (growth * x.demand + growth_extra + d.between(0, 3000)) : d.between(0, 200);
  return x;
}

division some_division(dice& d, double aim = long_aim) {
  division x;
  x.backend.capacity = d.between(0, 40'000);
  x.backend.aim = aim;
  x.backend.trim = d.between(0.4, 1.5);
  x.backend.least = d.between(0, 50);
  if (d.one_in(3))
    std::swap(x.backend.turns[d.below(4)], x.backend.turns[d.below(4)]);
  x.entities.resize(2 + d.below(9));
  for (auto& one : x.entities)
    one = some_entity(d, aim);
  return x;
}

/// As some_division(), with tenants.
division some_tree(dice& d) {
  auto x = some_division(d);
  x.groups.resize(1 + d.below(4));
  for (std::uint32_t g = 1; g < x.groups.size(); ++g)
    x.groups[g] = {d.below<std::uint32_t>(g), d.one_in(2) ? 0 : d.between(0.5, 10)};
  for (auto& one : x.entities)
    one.group = d.below<std::uint32_t>(x.groups.size());
  return x;
}

/// The least and the most that an entity may get, after the division [units per second]; by the README's words, not by
/// the code: who waits has its promise and some more and may grow, everybody else keeps what it uses.
claim bounds_of(const entity& x, const backend_view& backend) {
  const auto limit = x.promise.limit / x.counted;
  double least = 0;
  double most = 0;
  if (x.hungry) {
    least = std::min(limit, x.cut ? std::max(x.entitled, std::min(backend.least, x.promise.rate) / x.counted)
                                  : margin * x.entitled);
    most = std::max(least, std::min(limit, std::max(growth * x.demand + growth_extra, x.outstanding() / backend.aim)));
  } else {
    most = std::min(limit, x.excess ? std::max(x.used, x.demand) : x.used);
    least = x.excess ? std::min(most, x.entitled) : most;
  }
  return {least * x.cost, most * x.cost, x.promise.weight};
}

} // namespace

TEST_SUITE_BEGIN("property.allocation");

TEST_CASE("property: all of the capacity is handed out, but at least what must be and at most what is wished") {
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    auto x = some_tree(d);
    x.backend.deficit = d.one_in(3);
    x.divide();
    double floors = 0;
    double ceilings = 0;
    for (const auto& one : x.entities) {
      const auto bounds = bounds_of(one, x.backend);
      const auto units = one.part * one.cost;
      REQUIRE(units >= bounds.floor * (1 - 1e-9) - 1e-6);
      REQUIRE(units <= bounds.ceiling * (1 + 1e-9) + 1e-6);
      floors += bounds.floor;
      ceilings += bounds.ceiling;
    }
    REQUIRE(near(sum(x.units()), std::min(std::max(x.backend.capacity, floors), ceilings)));
  }
}

TEST_CASE("property: among siblings nobody has more than it must while one with less per weight wishes for more") {
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    auto x = some_tree(d);
    x.backend.deficit = d.one_in(3);
    x.divide();
    const auto units = x.units();
    std::vector<claim> bounds;
    for (const auto& one : x.entities)
      bounds.push_back(bounds_of(one, x.backend));
    for (std::size_t i = 0; i < units.size(); ++i)
      for (std::size_t j = 0; j < units.size(); ++j)
        if (x.entities[i].group == x.entities[j].group && units[i] > bounds[i].floor * (1 + 1e-9) + 1e-6
            && units[j] < bounds[j].ceiling * (1 - 1e-9) - 1e-6)
          REQUIRE(units[i] / bounds[i].weight <= units[j] / bounds[j].weight * (1 + 1e-6) + 1e-6);
  }
}

TEST_CASE("property: seven times the rates on seven times the backend is seven times the parts and depths") {
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    const auto one = some_tree(d);
    auto seven = one;
    seven.backend.capacity *= 7;
    seven.backend.least *= 7;
    for (auto& x : seven.entities)
      for (auto* const figure : {&x.promise.rate, &x.promise.limit, &x.demand, &x.used, &x.in_flight})
        *figure *= 7;
    const auto small = one.done();
    const auto large = seven.done();
    for (std::size_t i = 0; i < small.entities.size(); ++i) {
      REQUIRE(near(large.entities[i].part, 7 * small.entities[i].part));
      REQUIRE(near(large.entities[i].entitled, 7 * small.entities[i].entitled));
    }
  }
}

TEST_CASE("property: what a unit is changes nothing, and neither does the order of the entities") {
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    auto x = some_tree(d);
    x.backend.deficit = d.one_in(3);
    const auto plain = x.done();

    auto dear = x;
    dear.backend.capacity *= 3;
    for (auto& one : dear.entities)
      one.cost *= 3;
    dear.divide();

    std::vector<std::size_t> order(x.entities.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    d.shuffle(order);
    auto shuffled = x;
    for (std::size_t i = 0; i < order.size(); ++i)
      shuffled.entities[i] = x.entities[order[i]];
    shuffled.divide();

    for (std::size_t i = 0; i < order.size(); ++i) {
      REQUIRE(near(dear.entities[i].part, plain.entities[i].part));
      REQUIRE(near(shuffled.entities[i].part, plain.entities[order[i]].part));
      REQUIRE(near(shuffled.entities[i].entitled, plain.entities[order[i]].entitled));
      REQUIRE(std::abs(shuffled.entities[i].depth - plain.entities[order[i]].depth) <= 1); // of rounding
    }
  }
}

TEST_CASE("property: more capacity is less for nobody, and in a deficit nobody is entitled to less") {
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    auto x = some_tree(d);
    x.backend.deficit = d.one_in(2);
    auto more = x;
    more.backend.capacity = x.backend.capacity * d.between(1, 3);
    x.divide();
    more.divide();
    for (std::size_t i = 0; i < x.entities.size(); ++i) {
      REQUIRE(more.entities[i].entitled >= x.entities[i].entitled * (1 - 1e-9));
      // Where a promise is cut who kept to it counts as waiting, and more capacity is the end of that.
      if (!x.backend.deficit)
        REQUIRE(more.entities[i].part >= x.entities[i].part * (1 - 1e-9) - 1e-6);
    }
  }
}

TEST_CASE("property: who waits gets what it is entitled to, at any depth, and nobody is cut but in a deficit") {
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    auto x = some_division(d, d.between(0.0005, 0.02));
    x.backend.deficit = d.one_in(2);
    x.divide();
    for (const auto& one : x.entities) {
      REQUIRE(one.entitled <= one.promised() * (1 + 1e-9));
      REQUIRE((x.backend.deficit || !one.cut));
      if (!one.cut)
        REQUIRE(one.entitled == one.promised());
      if (one.hungry)
        REQUIRE(one.part >= std::min(one.entitled, one.limit()) * (1 - 1e-9));
    }
  }
}

TEST_CASE("property: depths are whole, one at least, and never below the envelope of one who keeps to its promise") {
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    auto x = some_division(d, d.between(0.0005, 0.02));
    x.backend.deficit = d.one_in(2);
    x.divide();
    for (const auto& one : x.entities) {
      REQUIRE(one.depth >= 1);
      REQUIRE(one.depth == std::floor(one.depth));
      REQUIRE((one.cap_rate ? one.hungry && one.depth <= 4 : true));
      const auto promised = one.promise.target > 0 ? one.promise.target : x.backend.aim;
      if (!one.hungry)
        REQUIRE(one.depth >= envelope_depth(one.promised(), envelope_latency(promised, one.latency)));
    }
  }
}

TEST_CASE("property: one that is alone has no cap, whatever it asks for") {
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    auto x = some_division(d, d.between(0.0005, 0.02));
    x.entities.resize(1);
    x.backend.deficit = d.one_in(2);
    x.divide();
    REQUIRE(x.entities[0].depth == 0);
    REQUIRE(!x.entities[0].cap_rate);
  }
}
