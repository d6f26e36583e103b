// Which gateways, batches and samples the performance monitor takes.
#include "actors/performance_monitor/gateway_registry.hpp"
#include "tests/unit/monitor_fixture.hpp"

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

gateway_actor::behavior_type idle_gateway() {
  return {[](const throttle_batch&) {
            return apply_result{};
          },
          [](const lease_renewal&) {
            return apply_result{};
          }};
}

constexpr wall_time label{1'700'000'000'000'000};

sample_batch batch_of(std::uint64_t incarnation, std::uint64_t sequence, std::vector<sample> samples = {}) {
  return {"gw1", incarnation, sequence, std::move(samples)};
}

struct fixture : deterministic_system {
  gateway_registry registry{registry_limits{}};
  gateway_actor first = system.spawn(idle_gateway);
  gateway_actor second = system.spawn(idle_gateway);

  ~fixture() {
    end(first.address());
    end(second.address());
  }

  std::string admit(std::uint64_t incarnation, const gateway_actor& who, instant now) {
    return registry.admit(some_gateway("gw1", incarnation), who, now, label);
  }
};

} // namespace

TEST_SUITE_BEGIN("actors.performance_monitor.gateway_registry");

TEST_CASE_FIXTURE(fixture, "a second living gateway of the same name is refused") {
  REQUIRE(admit(1, first, 0ms).empty());
  CHECK(admit(2, second, 100ms) == "another gateway named gw1 is connected");
  CHECK(registry.find("gw1")->info.incarnation == 1);
}

TEST_CASE_FIXTURE(fixture, "a restarted gateway replaces its broken predecessor at once") {
  REQUIRE(admit(1, first, 0ms).empty());
  CHECK(registry.lose(first.address()) == "gw1");
  CHECK(admit(2, second, 1ms).empty());
  CHECK(registry.find("gw1")->info.incarnation == 2);
  CHECK(registry.lose(first.address()).empty()); // the old connection is nobody's any more
  CHECK(registry.find("gw1")->info.connected);
}

TEST_CASE_FIXTURE(fixture, "a frozen gateway is replaced after a second although its connection stands") {
  REQUIRE(admit(1, first, 0ms).empty());
  CHECK(!admit(2, second, 999ms).empty());
  CHECK(admit(2, second, 1000ms).empty());
  auto late = batch_of(1, 1);
  CHECK(registry.take(late, 1001ms, label).refused == "its gateway is not registered");
}

TEST_CASE_FIXTURE(fixture, "a repeated hello keeps the counters, a new incarnation starts them anew") {
  REQUIRE(admit(1, first, 0ms).empty());
  auto one = batch_of(1, 5);
  REQUIRE(registry.take(one, 10ms, label).refused.empty());
  REQUIRE(admit(1, second, 20ms).empty());
  CHECK(registry.find("gw1")->info.batches == 1);
  REQUIRE(registry.lose(second.address()) == "gw1");
  REQUIRE(admit(2, first, 30ms).empty());
  CHECK(registry.find("gw1")->info.batches == 0);
}

TEST_CASE_FIXTURE(fixture, "gaps in the batches are counted, repetitions refused") {
  REQUIRE(admit(1, first, 0ms).empty());
  const std::uint64_t sequences[] = {7, 8, 12, 12, 3, 13};
  const std::uint64_t lost[] = {0, 0, 3, 0, 0, 0};
  const bool taken[] = {true, true, true, false, false, true};
  for (int i = 0; i < 6; ++i) {
    CAPTURE(i);
    auto x = batch_of(1, sequences[i]);
    const auto outcome = registry.take(x, 10ms, label);
    CHECK(outcome.refused.empty() == taken[i]);
    CHECK(outcome.lost == lost[i]);
  }
  CHECK(registry.find("gw1")->info.batches == 4);
  CHECK(registry.find("gw1")->info.batches_lost == 3);
}

TEST_CASE_FIXTURE(fixture, "a leap of the sequence is refused and not counted as loss") {
  REQUIRE(admit(1, first, 0ms).empty());
  auto one = batch_of(1, 1);
  REQUIRE(registry.take(one, 10ms, label).refused.empty());
  auto wild = batch_of(1, ~0ull);
  CHECK(registry.take(wild, 10ms, label).refused == "its sequence number leaps");
  CHECK(registry.find("gw1")->info.batches_lost == 0);
}

TEST_CASE_FIXTURE(fixture, "nonsense samples are taken out, the others stay") {
  REQUIRE(admit(1, first, 0ms).empty());
  auto impossible = some_sample("gw1", "other");
  impossible.errors = impossible.completions + 1;
  auto x = batch_of(1, 1, {some_sample("gw1"), impossible, some_sample("gw2")});
  const auto outcome = registry.take(x, 10ms, label);
  CHECK(outcome.refused.empty());
  REQUIRE(outcome.bad.size() == 2);
  CHECK(outcome.bad[0].second == "the request counters contradict each other");
  CHECK(outcome.bad[1].second == "it is another gateway's stream");
  REQUIRE(x.samples.size() == 1);
  CHECK(x.samples[0].stream.volume == "oltp");
}

TEST_CASE_FIXTURE(fixture, "too many samples refuse the batch") {
  REQUIRE(admit(1, first, 0ms).empty());
  auto x = batch_of(1, 1, std::vector<sample>(registry_limits{}.samples + 1, some_sample("gw1")));
  CHECK(!registry.take(x, 10ms, label).refused.empty());
}

TEST_CASE_FIXTURE(fixture, "a silent gateway counts as lost once, and is back with its next batch") {
  REQUIRE(admit(1, first, 0ms).empty());
  CHECK(registry.fall_silent(999ms).empty());
  const auto fallen = registry.fall_silent(1000ms);
  REQUIRE(fallen.size() == 1);
  CHECK(fallen[0].first == "gw1");
  CHECK(fallen[0].second == 1000ms);
  CHECK(registry.fall_silent(2000ms).empty());
  CHECK(!registry.find("gw1")->info.connected);
  auto x = batch_of(1, 1);
  CHECK(registry.take(x, 2100ms, label).back);
  CHECK(registry.find("gw1")->info.connected);
}

TEST_CASE_FIXTURE(fixture, "a hello that cannot be true is refused with the reason") {
  const auto refused = [&](auto&& change) {
    auto x = some_gateway("gw1", 1);
    change(x);
    return registry.admit(x, first, 0ms, label);
  };
  CHECK(refused([](gateway_info& x) {
          x.name = "a b";
        }).substr(0, 21)
        == "its name is not valid");
  CHECK(refused([](gateway_info& x) {
          x.incarnation = 0;
        })
        == "its incarnation is 0");
  CHECK(refused([](gateway_info& x) {
          x.version.assign(1000, 'v');
        })
        == "its version is longer than a name");
  CHECK(!refused([](gateway_info& x) {
           x.volumes[0].backend = "../x";
         }).empty());
  CHECK(!refused([](gateway_info& x) {
           x.volumes.resize(5000, x.volumes[0]);
         }).empty());
  CHECK(registry.list().empty());
}

TEST_CASE_FIXTURE(fixture, "at the bound the gateway lost longest is forgotten, a living one never") {
  registry_limits limits;
  limits.gateways = 2;
  gateway_registry small{limits};
  REQUIRE(small.admit(some_gateway("a", 1), first, 0ms, label).empty());
  REQUIRE(small.admit(some_gateway("b", 1), second, 0ms, label).empty());
  CHECK(small.admit(some_gateway("c", 1), first, 10ms, label) == "there are 2 gateways already");
  REQUIRE(small.lose(second.address()) == "b");
  CHECK(small.admit(some_gateway("c", 1), second, 20ms, label).empty());
  CHECK(small.find("b") == nullptr);
  CHECK(small.find("a") != nullptr);
}
