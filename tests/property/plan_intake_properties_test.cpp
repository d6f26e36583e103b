// What must hold for any samples and any order of their arrival. Random inputs, seeded; a failure prints the seed.
#include "actors/domain/agreement_index.hpp"
#include "actors/domain/grouping.hpp"
#include "actors/domain/loop.hpp"
#include "actors/domain/narrow_histogram.hpp"
#include "actors/domain/selection.hpp"
#include "actors/domain/steady_parts.hpp"
#include "tests/property/random_inputs.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

using namespace sluice;
using namespace sluice::random_inputs;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t ticks_in_all = runs;
constexpr int ticks_per_run = 40;

std::string name(const char* of, std::uint64_t i) {
  return of + std::to_string(i);
}

std::vector<agreement> some_agreements(dice& d) {
  std::vector<agreement> result(d.below(5));
  for (std::size_t i = 0; i < result.size(); ++i) {
    auto& x = result[i];
    x.name = name("agreement-", i);
    x.tenant = name("tenant-", d.below(2));
    x.version = 1;
    x.streams.volume = d.one_in(3) ? "v*" : name("v", i);
    x.objective = some_objective(d);
  }
  return result;
}

struct arrival {
  std::uint64_t incarnation = 1;
  sample what;
};

sample plain_sample(dice& d, std::uint64_t stream, std::uint64_t sequence) {
  sample x;
  x.stream = {name("g", stream % 3), name("v", stream % 5), name("c", stream)};
  x.backend = name("disk", stream % 2);
  x.sequence = sequence;
  x.interval = 100ms;
  x.completions = x.reads = d.below(d.one_in(3) ? 2000 : 60);
  x.arrivals = x.completions + d.below(200);
  x.read_bytes = x.reads * 4096;
  x.backlog = static_cast<std::uint32_t>(d.one_in(2) ? d.below(300) : 0);
  x.in_flight = static_cast<std::uint32_t>(d.below(60));
  x.mean_in_flight = d.between(0, 60);
  x.limited_by_depth = d.one_in(2) ? 80ms : 0ms;
  x.limited_by_rate = d.one_in(5) ? 80ms : 0ms;
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(x.completions, 5); ++i) {
    const auto latency = duration{static_cast<std::int64_t>(d.below(30'000'000))};
    x.backend_latency.record(latency);
    x.total_latency.record(latency + 1ms);
  }
  x.generation = d.below(5);
  x.control = static_cast<control_state>(d.below(4));
  return x;
}

void require_same(const loop_output& a, const loop_output& b) {
  REQUIRE(std::equal(a.throttles.begin(), a.throttles.end(), b.throttles.begin(), b.throttles.end()));
  REQUIRE(std::equal(a.renewals.begin(), a.renewals.end(), b.renewals.begin(), b.renewals.end()));
  REQUIRE(std::equal(a.events.begin(), a.events.end(), b.events.begin(), b.events.end()));
  REQUIRE(std::equal(a.backends.begin(), a.backends.end(), b.backends.begin(), b.backends.end()));
  REQUIRE(a.verdicts == b.verdicts);
  REQUIRE(a.forgotten == b.forgotten);
  REQUIRE(a.refused == b.refused);
}

/// Samples of one tick: late, repeated, of a restarted gateway, of a stream that moved. One number is one sample.
std::vector<arrival> some_arrivals(dice& d, std::uint64_t seed, std::uint64_t tick, std::uint64_t incarnation) {
  std::vector<arrival> result;
  for (std::uint64_t stream = 0; stream < 8; ++stream) {
    if (d.one_in(4))
      continue;
    const auto count = 1 + d.below(3);
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto its_incarnation = incarnation + (tick % 15 != 0 && d.one_in(40) ? 1 : 0); // two of them in a tick
      const auto sequence = 4 * tick + i - std::min<std::uint64_t>(d.below(3) * 4, 4 * tick);
      dice its{(seed * 1000 + stream) * 1000 + sequence + its_incarnation};
      arrival x{its_incarnation, plain_sample(its, stream, sequence)};
      if (its.one_in(40))
        x.what.backend = name("disk", its.below(3));
      result.push_back(x);
      if (d.one_in(10))
        result.push_back(x);
    }
  }
  return result;
}

} // namespace

TEST_CASE("property: in which order the samples of a tick arrive does not matter") {
  std::uint64_t ticks = 0;
  for (std::uint64_t seed = 0; ticks < ticks_in_all; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    loop_state one;
    loop_state other;
    const auto terms = some_agreements(d);
    set_terms(one, terms, {}, 0ns, {});
    set_terms(other, terms, {}, 0ns, {});
    for (int tick = 1; tick <= ticks_per_run; ++tick, ++ticks) {
      const instant now = tick * 100ms;
      auto arrivals =
          some_arrivals(d, seed, static_cast<std::uint64_t>(tick), 10 + static_cast<std::uint64_t>(tick) / 15 * 2);
      for (const auto& x : arrivals)
        take(one, x.incarnation, x.what, now);
      d.shuffle(arrivals);
      for (const auto& x : arrivals)
        take(other, x.incarnation, x.what, now);
      require_same(step(one, now, {tick * 100'000}, {}), step(other, now, {tick * 100'000}, {}));
    }
  }
}

namespace {

/// Figures that no gateway measures.
void spoil(dice& d, sample& x) {
  constexpr double odd[] = {std::numeric_limits<double>::quiet_NaN(),
                            std::numeric_limits<double>::infinity(),
                            -std::numeric_limits<double>::infinity(),
                            -1,
                            1e308,
                            5e-324,
                            1 << 24};
  const auto huge = std::numeric_limits<std::uint64_t>::max() - d.below(3);
  switch (d.below(16)) {
  case 0:
    x.mean_in_flight = odd[d.below(std::size(odd))];
    break;
  case 1:
    x.arrivals = huge;
    break;
  case 2:
    x.completions = huge;
    break;
  case 3:
    x.read_bytes = huge;
    break;
  case 4:
    x.interval = duration{static_cast<std::int64_t>(d.any())};
    break;
  case 5:
    x.interval = 0ns;
    break;
  case 6:
    x.interval = 1min;
    break;
  case 7:
    x.sequence = d.any();
    break;
  case 8:
    x.generation = d.any();
    break;
  case 9:
    x.limited_by_depth = duration{static_cast<std::int64_t>(d.any())};
    break;
  case 10:
    x.limited_by_rate = duration::max();
    break;
  case 11:
    x.control = static_cast<control_state>(d.below(256));
    break;
  case 12:
    x.stream.client = d.one_in(2) ? std::string(300, 'x') : std::string{"a/b\n"};
    break;
  case 13:
    x.backend = d.one_in(2) ? std::string{} : std::string{"\xff"};
    break;
  case 14: {
    const std::uint32_t packed[] = {static_cast<std::uint32_t>(d.below(240)), 1};
    (void)x.backend_latency.unpack(packed, duration::max());
    (void)x.total_latency.unpack(packed, duration::max());
    x.completions = x.reads = 1;
    x.errors = x.writes = 0;
    break;
  }
  default:
    x.backlog = x.in_flight = std::numeric_limits<std::uint32_t>::max() >> d.below(20);
  }
}

void require_sound(const loop_state& state, const loop_output& out, std::map<stream_id, std::uint64_t>& generations) {
  for (const auto& x : out.forgotten)
    generations.erase(x);
  for (const auto& x : out.throttles) {
    REQUIRE(problem_with(x) == "");
    auto& last = generations[x.stream];
    REQUIRE(x.generation >= last);
    last = x.generation;
  }
  for (const auto& x : out.renewals)
    REQUIRE(problem_with(x) == "");
  for (const auto& [its_name, backend] : state.backends) {
    REQUIRE(std::isfinite(backend.capacity.rate));
    REQUIRE(std::isfinite(backend.capacity.trim));
    for (const auto& x : backend.entities) {
      REQUIRE(std::isfinite(x.part));
      REQUIRE(std::isfinite(x.depth));
      REQUIRE(!x.ledger.streams.empty());
    }
  }
}

} // namespace

TEST_CASE("property: nonsense, lost gateways, and clocks that stand, jump or go back leave the plan sound") {
  std::uint64_t ticks = 0;
  for (std::uint64_t seed = 0; ticks < ticks_in_all; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    loop_state state;
    set_terms(state, some_agreements(d), {}, 0ns, {});
    std::map<stream_id, std::uint64_t> generations;
    std::uint64_t incarnation = 1;
    instant now = 1s;
    for (int tick = 1; tick <= ticks_per_run; ++tick, ++ticks) {
      now += d.one_in(20)   ? -duration{static_cast<std::int64_t>(d.below(3'000'000'000))}
             : d.one_in(10) ? duration{static_cast<std::int64_t>(d.below(30'000'000'000))}
                            : 100ms;
      if (d.one_in(15))
        incarnation = d.any();
      if (d.one_in(20))
        set_terms(state, some_agreements(d), {}, now, {static_cast<std::int64_t>(d.any())});
      const auto told = d.one_in(300) ? (d.one_in(2) ? instant::max() : instant::min()) : now;
      std::uint64_t given = 0;
      for (auto& x : some_arrivals(d, seed, static_cast<std::uint64_t>(tick), incarnation)) {
        if (d.one_in(4))
          spoil(d, x.what);
        take(state, x.incarnation, x.what, told);
        ++given;
      }
      const auto& out = step(state, told, {static_cast<std::int64_t>(d.one_in(5) ? d.any() : ticks * 100'000)}, {});
      REQUIRE(out.taken + out.refused == given);
      require_sound(state, out, generations);
    }
  }
}

TEST_CASE("property: the index finds the agreement that a walk over all of them finds") {
  constexpr const char* patterns[] = {"*", "a", "b", "a*", "?", "*b", "ab", "a?"};
  constexpr const char* names[] = {"a", "b", "ab", "ba", "aab"};
  for (std::uint64_t seed = 0; seed < ticks_in_all; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    std::vector<agreement> all(d.below(12));
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i].name = name("n", d.below(1000) * 20 + i);
      all[i].streams = {patterns[d.below(8)], patterns[d.below(8)], patterns[d.below(8)]};
    }
    const auto kept = keep(all);
    const agreement_index index{kept};
    const stream_id id{names[d.below(5)], names[d.below(5)], names[d.below(5)]};
    const auto* found = index.find(id);
    const auto* expected = agreement_for(all, id);
    REQUIRE((found == nullptr) == (expected == nullptr));
    if (found != nullptr)
      REQUIRE(found->says(*expected));
  }
}

TEST_CASE("property: whole parts add up, follow their parts, and stay where nothing moved") {
  for (std::uint64_t seed = 0; seed < ticks_in_all; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    std::vector<double> parts(1 + d.below(20));
    for (auto& x : parts)
      x = d.between(1, 9);
    std::vector<std::uint32_t> before(parts.size(), 0);
    std::vector<std::uint32_t> whole(parts.size());
    steady_parts(parts, before, whole);
    REQUIRE(std::accumulate(whole.begin(), whole.end(), 0.0)
            == std::round(std::accumulate(parts.begin(), parts.end(), 0.0)));
    for (std::size_t i = 0; i < parts.size(); ++i)
      REQUIRE(std::abs(whole[i] - parts[i]) < 1);
    auto again = whole;
    steady_parts(parts, whole, again);
    REQUIRE(again == whole);
    // Two that change places by a little, on the same side of a whole number, move nobody.
    if (parts.size() > 1 && parts[0] - std::floor(parts[0]) > 0.3 && parts[1] - std::floor(parts[1]) < 0.7
        && parts[1] > std::floor(parts[1])) {
      parts[0] -= 0.2;
      parts[1] += 0.2;
      steady_parts(parts, whole, again);
      REQUIRE(again == whole);
    }
  }
}

TEST_CASE("property: a narrow histogram answers what a whole one does") {
  constexpr double quantiles[] = {0, 0.5, 0.9, 0.95, 0.99, 0.999, 1};
  for (std::uint64_t seed = 0; seed < ticks_in_all / 10; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    latency_histogram whole;
    narrow_histogram narrow;
    narrow_histogram sum;
    for (std::uint64_t part = 0; part < d.below(5); ++part) {
      latency_histogram x;
      for (std::uint64_t i = 0; i < d.below(20); ++i)
        x.record(duration{static_cast<std::int64_t>(d.any() >> (16 + d.below(40)))});
      whole.merge(x);
      narrow.merge(x);
    }
    sum.merge(narrow);
    for (const auto* x : {&narrow, &sum}) {
      REQUIRE(x->count() == whole.count());
      REQUIRE(x->mean() == whole.mean());
      for (const auto q : quantiles)
        REQUIRE(x->quantile(q) == whole.quantile(q));
    }
    narrow.clear();
    REQUIRE(narrow.count() == 0);
    REQUIRE(narrow.quantile(0.5) == 0ns);
  }
}

TEST_CASE("property: whatever is not looked at because nothing happened would have come out the same") {
  std::uint64_t ticks = 0;
  for (std::uint64_t seed = 0; ticks < ticks_in_all; ++seed) {
    CAPTURE(seed);
    dice d{seed};
    loop_state resting;
    loop_state restless;
    const auto terms = some_agreements(d);
    set_terms(resting, terms, {}, 0ns, {});
    set_terms(restless, terms, {}, 0ns, {});
    for (int tick = 1; tick <= ticks_per_run; ++tick, ++ticks) {
      const instant now = tick * 100ms;
      for (std::uint64_t stream = 0; stream < 6; ++stream) {
        if (!d.one_in(4)) // most are heard of now and then
          continue;
        const auto x = plain_sample(d, stream, static_cast<std::uint64_t>(tick));
        take(resting, 1, x, now);
        take(restless, 1, x, now);
      }
      for (auto& [its_name, backend] : restless.backends)
        for (auto& x : backend.entities)
          x.ledger.due = instant::zero(); // every stream is looked at
      require_same(step(resting, now, {tick * 100'000}, {}), step(restless, now, {tick * 100'000}, {}));
    }
  }
}
