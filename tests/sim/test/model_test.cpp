// The models against queueing theory, and where that has no formula, against a second and simpler computation.
#include "tests/sim/test/sim_fixture.hpp"

#include <algorithm>
#include <cmath>
#include <random>

using namespace sluice;
using namespace sluice::sim;
using namespace std::chrono_literals;

namespace {

/// One client of one device.
std::string one_client(const std::string& device, const std::string& phases, const std::string& more = {}) {
  return "scenario: queue\nlength: 200s\nbackends: { disk: { " + device + " } }\n"
         + "gateways: { g: { volumes: { v: disk } } }\n" + "clients: { c: { stream: g/v/c, phases: [{ " + phases + " }]"
         + more + " } }\n" + "bars: [{ measure: rate, at_least: 1 }]\n";
}

struct figures {
  double rate;
  double mean_ms;
};

figures measured(const std::string& text) {
  const auto what = read_good(text);
  const auto run = run_once(what);
  const auto all = run.clients.front().sum(10s, what.length);
  return {all.count / 190.0, static_cast<double>(all.sum.count()) / all.count / 1e6};
}

/// Mean time in an M/G/k queue by the recursion of Kiefer and Wolfowitz, with a generator of its own. Times in ms.
template<class Service>
double by_recursion(double arrivals_per_ms, std::size_t servers, Service service) {
  std::mt19937_64 generator{7};
  std::exponential_distribution<double> gap{arrivals_per_ms};
  std::vector<double> free_at(servers, 0.0);
  double now = 0;
  double sum = 0;
  constexpr int requests = 400'000;
  for (int i = 0; i < requests; ++i) {
    now += gap(generator);
    auto& first = *std::min_element(free_at.begin(), free_at.end());
    first = std::max(first, now) + service(generator);
    sum += first - now;
  }
  return sum / requests;
}

} // namespace

TEST_CASE("one server with equal service times keeps requests as long as Pollaczek and Khinchine say") {
  // rho = 0.8, service 1 ms: waiting rho * s / (2 * (1 - rho)) = 2 ms.
  const auto x = measured(one_client("servers: 1, service: 1ms", "open: 800"));
  CHECK(x.rate == doctest::Approx(800).epsilon(0.01));
  CHECK(x.mean_ms == doctest::Approx(3).epsilon(0.03));
}

TEST_CASE("varying service times lengthen the wait by their second moment") {
  // Evenly within 50 %: E[S^2] = 1 + 0.25 / 3; waiting lambda * E[S^2] / (2 * (1 - rho)).
  const auto x = measured(one_client("servers: 1, service: 1ms, jitter: 50%", "open: 800"));
  CHECK(x.mean_ms == doctest::Approx(1 + 0.8 * (1 + 0.25 / 3) / (2 * 0.2)).epsilon(0.03));
}

TEST_CASE("eight servers keep requests as long as the recursion says") {
  const auto x = measured(one_client("servers: 8, service: 1ms", "open: 7200"));
  const auto expected = by_recursion(7.2, 8, [](auto&) {
    return 1.0;
  });
  CHECK(x.mean_ms == doctest::Approx(expected).epsilon(0.02));
}

TEST_CASE("sizes, writes and hits of a cache cost what the device says") {
  // 70 % reads, of which 30 % hits of 0.1 ms; 128 KiB more are 1 ms more; writes take half as much again.
  const auto x =
      measured(one_client("servers: 4, service: 1ms, per_mib: 8ms, write_factor: 150%, hits: 30%, hit_service: 100us",
                          "open: 1000", ", reads: 70%, size: { 4KiB: 50%, 128KiB: 50% }"));
  const auto small = 1 + 8.0 * 4 / 1024;
  const auto large = 1 + 8.0 * 128 / 1024;
  const auto expected = by_recursion(1.0, 4, [&](auto& generator) {
    std::uniform_real_distribution<double> some{0, 1};
    const auto length = some(generator) < 0.5 ? small : large;
    if (some(generator) >= 0.7)
      return 1.5 * length;
    return some(generator) < 0.3 ? 0.1 : length;
  });
  CHECK(x.mean_ms == doctest::Approx(expected).epsilon(0.02));
}

TEST_CASE("a closed loop keeps Little's law") {
  const auto x = measured(one_client("servers: 8, service: 1ms", "depth: 32"));
  CHECK(x.rate == doctest::Approx(8000).epsilon(0.001));
  CHECK(x.mean_ms == doctest::Approx(4).epsilon(0.001));
}

TEST_CASE("a thinking client asks again after its mean pause") {
  // Nobody waits: 4 / (1 ms + 9 ms).
  const auto x = measured(one_client("servers: 8, service: 1ms", "depth: 4, think: 9ms"));
  CHECK(x.rate == doctest::Approx(400).epsilon(0.02));
}

TEST_CASE("bursts are on for their part of the time") {
  CHECK(measured(one_client("servers: 8, service: 1ms", "open: 1000, on: 1s, off: 3s")).rate
        == doctest::Approx(250).epsilon(0.03));
  CHECK(measured(one_client("servers: 8, service: 1ms", "open: 1000, on: 100ms, off: 300ms, random_bursts: true")).rate
        == doctest::Approx(250).epsilon(0.1));
}

TEST_CASE("even arrivals are even") {
  const auto what = read_good(one_client("servers: 1, service: 1ms", "open: 300, evenly: true"));
  const auto run = run_once(what);
  for (auto t = 1s; t < 100s; t += 1s)
    CHECK(run.clients.front().sum(t, t + 1s).count == 300);
}

TEST_CASE("a stall stops the device and a step changes its speed") {
  auto text = one_client("servers: 8, service: 1ms", "depth: 32");
  text += "faults: [{ at: 20s, fault: stall, for: 1s }, { at: 30s, fault: speed, to: 50% }]\n";
  const auto run = run_once(read_good(text));
  CHECK(run.clients.front().sum(20100ms, 20900ms).count == 0);
  CHECK(run.clients.front().sum(22s, 23s).count == 8000);
  CHECK(run.clients.front().sum(31s, 32s).count == 4000);
}

TEST_CASE("events happen by time, and of the same time in the order in which they were set") {
  struct target final : event_target {
    simulation* sim = nullptr;
    std::vector<std::pair<instant, std::uint32_t>> seen;
    void on_event(std::uint32_t, std::uint32_t argument) override {
      seen.emplace_back(sim->now(), argument);
      if (argument % 7 == 0 && argument < 5000)
        sim->after(argument % 3 * 1us, *this, 0, argument + 5000); // also now: after those that wait for now
    }
  };
  simulation sim;
  target to;
  to.sim = &sim;
  chance some{1, 1};
  std::vector<std::pair<instant, std::uint32_t>> expected;
  for (std::uint32_t i = 0; i < 5000; ++i) {
    const instant at{static_cast<std::int64_t>(some.below(1000)) * 1000};
    sim.at(at, to, 0, i);
    expected.emplace_back(at, i);
    if (i % 7 == 0)
      expected.emplace_back(at + i % 3 * 1us, i + 5000);
  }
  sim.run_until(1s);
  std::stable_sort(expected.begin(), expected.end(), [](const auto& a, const auto& b) {
    return a.first < b.first;
  });
  REQUIRE(to.seen.size() == expected.size());
  CHECK(std::is_sorted(to.seen.begin(), to.seen.end(), [](const auto& a, const auto& b) {
    return a.first < b.first;
  }));
  // Those set beforehand, among themselves.
  const auto set_before = [](std::vector<std::pair<instant, std::uint32_t>> all) {
    std::erase_if(all, [](const auto& x) {
      return x.second >= 5000;
    });
    return all;
  };
  CHECK(set_before(to.seen) == set_before(expected));
}

TEST_CASE("the logarithm of integers is the logarithm") {
  chance some{1, 1};
  for (int i = 0; i < 100'000; ++i) {
    const auto x = some.next();
    const auto expected = -std::log1p(-static_cast<double>(x) * 0x1p-64);
    const auto found = static_cast<double>(exponential_of(x)) * 0x1p-32;
    if (expected < 20) // beyond, the double itself has too few digits
      CHECK(found == doctest::Approx(expected).epsilon(1e-7));
  }
  CHECK(exponential_of(0) == 0);
  CHECK(static_cast<double>(exponential_of(~std::uint64_t{0})) * 0x1p-32 == doctest::Approx(64 * std::log(2.0)));
}

TEST_CASE("chance is even, and differs between seeds and entities") {
  chance a{1, 1};
  chance b{1, 2};
  chance c{2, 1};
  const auto first = chance{1, 1}.next();
  CHECK(first == a.next());
  CHECK(first != b.next());
  CHECK(first != c.next());
  std::array<int, 10> counts{};
  for (int i = 0; i < 100'000; ++i)
    ++counts[a.below(10)];
  for (const auto x : counts)
    CHECK(x == doctest::Approx(10'000).epsilon(0.05)); // 5 sigma
}

TEST_CASE("a link loses, repeats, delays and cuts as it is told") {
  struct counting final : link_end {
    int came = 0;
    int late = 0;
    simulation* sim = nullptr;
    void arrived(const sample_batch& x) override {
      ++came;
      const auto sent = duration{static_cast<std::int64_t>(x.incarnation)};
      late += sim->now() - sent > 25ms ? 1 : 0;
      CHECK(sim->now() - sent >= 5ms);
    }
    void arrived(const command_batch&) override {}
  };
  struct sender final : event_target {
    gateway_link* over = nullptr;
    simulation* sim = nullptr;
    void on_event(std::uint32_t, std::uint32_t) override {
      over->new_samples().incarnation = static_cast<std::uint64_t>(sim->now().count());
      over->send_samples();
      sim->after(1ms, *this, 0);
    }
  };
  simulation sim;
  counting end;
  end.sim = &sim;
  link_spec spec;
  spec.lost = 300'000;
  spec.repeated = 100'000;
  spec.reordered = 200'000;
  gateway_link over{sim, 0, spec, chance{3, 3}, end};
  sender from;
  from.over = &over;
  from.sim = &sim;
  sim.at(0s, from, 0);
  sim.run_until(100s);
  CHECK(end.came == doctest::Approx(100'000 * 1.1 * 0.7).epsilon(0.01));
  CHECK(end.late == doctest::Approx(end.came * 0.2).epsilon(0.03));
  const auto before = end.came;
  over.cut(10s);
  sim.run_until(110s);
  CHECK(end.came == before);
}
