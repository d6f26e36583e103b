// The tick in its steady state allocates nothing, with a sample of every stream in every tick. A program of its own,
// for it replaces operator new.
#include "actors/domain/loop.hpp"
#include "tests/bench/tick/counted_allocations.hpp"
#include "tests/bench/tick/population.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::bench;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t streams = 300;
constexpr std::uint64_t warm_up = 150; ///< ticks: everything that recurs has come once
constexpr std::uint64_t watched = 100; ///< ticks: an interval and ten renewals of every stream

struct seen {
  std::uint64_t steady = 0;      ///< ticks without a verdict or an event
  std::uint64_t allocations = 0; ///< in these, samples and plan
  std::uint64_t renewals = 0;
  std::uint64_t samples = 0;
};

seen watch(const shape& of) {
  const population who{of, streams};
  loop_state core;
  REQUIRE(set_terms(core, who.agreements(), {}, 1h, {}).empty());
  std::vector<sample> samples(streams);
  std::vector<std::uint64_t> generations(streams, 0);
  seen result;
  for (std::uint64_t tick = 1; tick <= warm_up + watched; ++tick) {
    const auto now = 1h + static_cast<std::int64_t>(tick) * 100ms;
    for (std::size_t i = 0; i < streams; ++i)
      who.measure(i, tick, generations[i], samples[i]);
    const auto before = counted_allocations().calls;
    for (const auto& x : samples)
      take(core, 7, x, now);
    const auto& out = step(core, now, {static_cast<std::int64_t>(tick) * 100'000}, {});
    const auto calls = counted_allocations().calls - before;
    for (const auto& x : out.throttles)
      generations[who.index_of(x.stream)] = x.generation;
    if (tick <= warm_up || !out.verdicts.empty() || !out.events.empty())
      continue;
    ++result.steady;
    result.allocations += calls;
    result.renewals += out.renewals.size();
    result.samples += out.taken;
  }
  return result;
}

} // namespace

TEST_CASE("the counting operator new counts") {
  const auto before = counted_allocations();
  auto* memory = ::operator new(1000); // a new expression may be left out by the compiler
  const auto with = counted_allocations();
  ::operator delete(memory);
  const auto after = counted_allocations();
  CHECK(with.calls == before.calls + 1);
  CHECK(with.live_bytes >= before.live_bytes + 1000);
  CHECK(after.calls == with.calls);
  CHECK(after.live_bytes == before.live_bytes);
}

TEST_CASE("a tick in the steady state allocates nothing, fresh samples of all streams included") {
  for (const auto* id : {"own", "few", "contention"}) {
    CAPTURE(id);
    for (auto of : shapes()) {
      if (of.id != id)
        continue;
      of.agreements = of.agreements > 0 ? 10 : 0;
      of.backends = of.backends > 1 ? 3 : 1;
      const auto result = watch(of);
      CHECK(result.allocations == 0);
      CHECK(result.steady >= watched / 2);
      CHECK(result.samples == result.steady * streams);
      CHECK(result.renewals >= streams);
    }
  }
}
