// Figures of bars, from outcomes made by hand.
#include "tests/sim/test/sim_fixture.hpp"

#include <cmath>

using namespace sluice;
using namespace sluice::sim;
using namespace std::chrono_literals;

namespace {

/// Four seconds of two clients: 100 replies per second of 1 ms; in the third second `slow` replies take 10 ms.
outcome made(int slow) {
  outcome x;
  x.length = 4s;
  x.clients.resize(2);
  for (auto& client : x.clients)
    client.keep_each();
  for (int i = 0; i < 400; ++i) {
    const auto at = i * 10ms;
    const auto late = i >= 200 && i < 200 + slow;
    x.clients[0].record(at, {late ? 10ms : 1ms, 500us, 500us, 4096});
    if (i % 2 == 0)
      x.clients[1].record(at, {2ms, 1ms, 1ms, 8192});
  }
  x.unanswered = {0s, 3s};
  x.commands = {{1, 2, 3, 0, 0}, {0, 0, 0, 0, 0}};
  x.throttle_bytes = {100, 200, 300, 0, 0};
  x.events = {{1500ms, {{}, event_kind::stream_throttled, "s", ""}}};
  return x;
}

bar_spec bar(measure what, std::vector<std::size_t> clients = {0}) {
  bar_spec x;
  x.what = what;
  x.clients = std::move(clients);
  x.to = 4s;
  x.target = 5ms;
  x.at_least = 0;
  return x;
}

double figure(const bar_spec& x, int slow = 0) {
  const auto run = made(slow);
  return figure_of(x, run, nullptr);
}

} // namespace

TEST_CASE("windows count by their statistic") {
  CHECK(figure(bar(measure::windows_met)) == 1);
  CHECK(figure(bar(measure::windows_met), 40) == 1); // mean 4.6 ms
  CHECK(figure(bar(measure::windows_met), 50) == 0.75);
  auto p99 = bar(measure::windows_met);
  p99.statistic = latency_statistic::p99;
  CHECK(figure(p99, 1) == 1); // 99 of 100 are fast
  CHECK(figure(p99, 2) == 0.75);
  CHECK(figure(bar(measure::recovered_within), 50) == doctest::Approx(2.5));
}

TEST_CASE("rates, ratios and shares are of the clients named") {
  CHECK(figure(bar(measure::rate, {0, 1})) == 150);
  CHECK(figure(bar(measure::least_rate)) == 100);
  auto ratio = bar(measure::ratio);
  ratio.against = {1};
  CHECK(figure(ratio) == 2);
  ratio.count = service_count::bytes;
  CHECK(figure(ratio) == 1);
  auto share = bar(measure::share, {1});
  share.against = {0, 1};
  CHECK(figure(share) == doctest::Approx(1.0 / 3));
  CHECK(figure(bar(measure::fairness, {0, 1})) == 0.5);
  auto windows = bar(measure::rate_windows);
  windows.per_second = 101;
  CHECK(figure(windows) == 0);
}

TEST_CASE("latencies at the client, at the device, and of each client by itself") {
  CHECK(figure(bar(measure::latency)) == doctest::Approx(0.001));
  auto device = bar(measure::latency);
  device.at_device = true;
  CHECK(figure(device) == doctest::Approx(0.0005));
  auto each = bar(measure::latency, {0, 1});
  each.each = true;
  each.at_least.reset();
  each.at_most = 1;
  CHECK(figure(each) == doctest::Approx(0.002));
}

TEST_CASE("a request that is never answered waits until the end") {
  CHECK(figure(bar(measure::longest_wait)) == doctest::Approx(0.001));
  CHECK(figure(bar(measure::longest_wait, {1})) == 3);
}

TEST_CASE("commands, bytes and events") {
  CHECK(figure(bar(measure::commands_per_second)) == 1.5);
  CHECK(figure(bar(measure::throttle_bytes_per_second)) == 150);
  auto event = bar(measure::event_within);
  event.event = event_kind::stream_throttled;
  event.from = 1s;
  CHECK(figure(event) == 0.5);
  event.from = 2s;
  CHECK(std::isinf(figure(event)));
  event.what = measure::events;
  CHECK(figure(event) == 0);
}

TEST_CASE("what is not measured holds no bar") {
  auto nothing = bar(measure::latency);
  nothing.to = 50ms; // less than a bin
  CHECK_FALSE(holds(nothing, figure(nothing)));
  CHECK_FALSE(holds(bar(measure::total_vs_uncontrolled), figure(bar(measure::total_vs_uncontrolled))));
}

TEST_CASE("a pooled bar is judged by its mean, any other by each seed") {
  auto what = read_good(small_scenario);
  judging_options options;
  options.kind = find_controller("none");
  options.seeds = 3;
  const auto rates = judge_scenario(what, options).bars.front().figures;
  REQUIRE(rates.size() == 3);
  what.bars.front().at_least = (rates[0] + rates[1] + rates[2]) / 3;
  const auto alike = rates[0] == rates[1] && rates[1] == rates[2];
  CHECK(judge_scenario(what, options).bars.front().held == alike);
  what.bars.front().pooled = true;
  CHECK(judge_scenario(what, options).bars.front().held);
}
