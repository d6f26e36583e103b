// Who competes with whom: groups of tenants; and which latency points apply at which load.
#include "actors/domain/latency_aims.hpp"
#include "actors/domain/tenancy.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace std::chrono_literals;

TEST_CASE("a tenant without an entry is a group at the top that weighs as much as its heaviest member") {
  tenancy x{{}};
  const auto acme = x.group_of("acme");
  const auto other = x.group_of("other");
  CHECK(x.group_of("acme") == acme);
  hierarchical_filling tree;
  const std::uint32_t group_of[] = {acme, acme, other};
  const claim claims[] = {{0, 1e9, 4}, {0, 1e9, 1}, {0, 1e9, 1}};
  tree.shape(x.groups(), group_of);
  tree.fill(claims, 1000);
  CHECK(tree.parts()[0] == doctest::Approx(640)); // 800 of 1000 for acme, of these four fifths
  CHECK(tree.parts()[1] == doctest::Approx(160));
  CHECK(tree.parts()[2] == doctest::Approx(200));
}

TEST_CASE("entries give weights and parents; children share what their parent gets") {
  const std::vector<tenant_share> shares{{"corp", "", 3}, {"dev", "corp", 1}, {"ops", "corp", 2}, {"guest", "", 1}};
  tenancy x{shares};
  const std::uint32_t group_of[] = {x.group_of("dev"), x.group_of("ops"), x.group_of("guest")};
  const claim claims[] = {{0, 1e9, 100}, {0, 1e9, 1}, {0, 1e9, 7}};
  hierarchical_filling tree;
  tree.shape(x.groups(), group_of);
  tree.fill(claims, 1200);
  CHECK(tree.parts()[0] == doctest::Approx(300));
  CHECK(tree.parts()[1] == doctest::Approx(600));
  CHECK(tree.parts()[2] == doctest::Approx(300));
}

TEST_CASE("parents that form a ring, are missing or too deep end at the top") {
  std::vector<tenant_share> shares{{"a", "b", 1}, {"b", "a", 1}, {"c", "nobody", 1}};
  for (int i = 0; i < 20; ++i)
    shares.push_back({"t" + std::to_string(i), "t" + std::to_string(i + 1), 1});
  tenancy x{shares};
  for (const auto* name : {"a", "b", "c", "t0", "t19"}) {
    const auto group = x.group_of(name);
    CHECK(group > 0);
    CHECK(group < x.groups().size());
  }
  for (std::uint32_t g = 1; g < x.groups().size(); ++g)
    CHECK(x.groups()[g].above < g);
}

TEST_CASE("all without an agreement are one group") {
  tenancy x{{}};
  const auto everybody = x.best_effort_group(1);
  CHECK(everybody != 0);
  CHECK(x.best_effort_group(1) == everybody);
  CHECK(x.group_of("acme") != everybody);
}

namespace {

objective two_points() {
  objective x;
  x.latency = {{latency_statistic::mean, 5ms, {2500}}, {latency_statistic::mean, 20ms, {10'000}}};
  return x;
}

} // namespace

TEST_CASE("the tightest point counts that covers the present load, beyond all of them the one with the highest load") {
  latency_aims x{two_points(), {}};
  const control_policy policy;
  CHECK(x.aim() == doctest::Approx(0.005 * policy.aim_mean));
  x.follow(2600, true, 0.1);
  CHECK(x.aim() == doctest::Approx(0.005 * policy.aim_mean));
  x.follow(4000, true, 0.1);
  CHECK(x.aim() == doctest::Approx(0.020 * policy.aim_mean));
  x.follow(40'000, true, 0.1);
  CHECK(x.target() == doctest::Approx(0.020));
  x.follow(100, true, 0.1);
  CHECK(x.target() == doctest::Approx(0.005));
}

TEST_CASE("a percentile that is missed lowers its aim, one that is far below raises it, and a mean stands") {
  objective terms;
  terms.latency = {{latency_statistic::p99, 20ms, {2500}}, {latency_statistic::mean, 18ms, {2500}}};
  const control_policy policy;
  const auto after = [&](duration slow, bool contended, double load) {
    latency_aims x{terms, policy};
    latency_histogram seen;
    for (int i = 0; i < 200; ++i)
      seen.record(i < 4 ? slow : 1ms); // two of a hundred
    for (int tick = 0; tick < 100; ++tick) {
      x.add(seen, load);
      x.follow(load, contended, 0.1);
    }
    return x.aim();
  };
  const auto first = 0.020 * policy.aim_percentile;
  CHECK(after(30ms, true, 2000) < 0.8 * first);
  CHECK(after(8ms, true, 2000) > 1.05 * first);
  CHECK(after(30ms, false, 2000) == doctest::Approx(first)); // nobody waits: our aim is not why
  CHECK(after(30ms, true, 4000) == doctest::Approx(first));  // beyond what was promised
}

TEST_CASE("what was learnt of a percentile is kept as long as its terms are the same") {
  objective terms;
  terms.latency = {{latency_statistic::p99, 20ms, {}}};
  latency_aims x{terms, {}};
  latency_histogram slow;
  for (int i = 0; i < 1000; ++i)
    slow.record(40ms);
  for (int tick = 0; tick < 50; ++tick) {
    x.add(slow, 100);
    x.follow(100, true, 0.1);
  }
  latency_aims same{terms, {}};
  same.carry(x);
  same.follow(100, false, 0.1);
  CHECK(same.aim() == doctest::Approx(x.aim()));
  terms.latency[0].target = 30ms;
  latency_aims other{terms, {}};
  const auto before = other.aim();
  other.carry(x);
  other.follow(100, false, 0.1);
  CHECK(other.aim() == doctest::Approx(before));
}
