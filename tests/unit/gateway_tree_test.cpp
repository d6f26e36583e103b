// Trees of groups and streams with a history on one shard: nobody is forgotten, passed over or paid twice.
#include "tests/unit/group_world.hpp"

#include <algorithm>
#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::gateway;
using namespace sluice::gateway::test;

namespace {

io_limits with_depth(std::uint32_t x) {
  io_limits result;
  result.depth = x;
  return result;
}

/// root ─ mid ─ leaf, of which only the leaf is limited; `a` is the leaf's, `b` the one in the middle's.
struct three_levels : world {
  explicit three_levels(const io_limits& of_leaf)
      : root(group({})), mid(group({}, &root)), leaf(group(of_leaf, &mid)), a(add(leaf)), b(add(mid)) {}
  stream_group& root;
  stream_group& mid;
  stream_group& leaf;
  stream& a;
  stream& b;
};

} // namespace

TEST_SUITE_BEGIN("gateways.engine.tree");

TEST_CASE("a stream goes at once although all other contenders of its group are held below") {
  three_levels w{with_iops(1)};
  for (int i = 0; i < 5; ++i)
    w.arrive(w.a, 0s);
  REQUIRE(w.order() == "a");
  w.arrive(w.b, 1ms);
  CHECK(w.order() == "ab");
  w.wake_until(1s);
  CHECK(w.order() == "aba");
}

TEST_CASE("a stream goes at once although a group below waits for an answer that never comes") {
  three_levels w{with_depth(1)};
  w.arrive(w.a, 0s);
  w.arrive(w.a, 0s);
  REQUIRE(w.order() == "a");
  w.arrive(w.b, 1ms);
  CHECK(w.order() == "ab");
}

TEST_CASE("what a stream got in another group counts nothing in its new one") {
  world w;
  auto& before = w.group({});
  auto& now = w.group(with_iops(100));
  auto& busy = w.add(before);
  auto& fresh = w.add(nullptr, nullptr);
  for (int i = 0; i < 1000; ++i)
    w.arrive(busy, 0s);
  busy.join({&now, &now}, 1s);
  fresh.join({&now, &now}, 1s);
  const auto already = w.order().size();
  for (auto* const x : {&fresh, &busy})
    for (int i = 0; i < 60; ++i)
      w.arrive(*x, 1s);
  w.wake_until(2s);
  const auto order = w.order().substr(already);
  REQUIRE(order.size() >= 100);
  CHECK(std::count(order.begin(), order.end(), 'a') >= 49);
  CHECK(std::count(order.begin(), order.end(), 'b') >= 49);
}

TEST_CASE("time held by a group's depth counts as held by depth") {
  world w;
  auto& all = w.group(with_depth(1));
  auto& a = w.add(all);
  auto& b = w.add(all);
  for (int i = 0; i < 20; ++i) {
    w.arrive(a, 0s);
    w.arrive(b, 0s);
  }
  for (int i = 1; i <= 10; ++i) {
    auto& x = *w.storage.submitted[static_cast<std::size_t>(i - 1)];
    x.stream->returned(x, i * 10ms);
  }
  for (auto* const x : {&a, &b}) {
    x->counters.held(hold::none, 100ms);
    CHECK(x->counters.rate_ns.get() == 0);
    CHECK(x->counters.depth_ns.get() == 100'000'000);
  }
}

TEST_CASE("requests of one round go in the order in which they came, reads or not") {
  world w;
  w.target.config.fixed.iops = rate{10};
  auto& a = w.add(nullptr, nullptr);
  w.arrive(a, 0s);
  auto& write = w.arrive(a, 1us, nbd::command::write);
  for (int i = 0; i < 20; ++i)
    w.arrive(a, 1us);
  w.wake_until(150ms);
  REQUIRE(w.storage.submitted.size() == 2);
  CHECK(w.storage.submitted[1] == &write);
}

TEST_CASE("zeroes that are written are paid like writes, holes are one I/O") {
  world w;
  w.target.config.fixed.bandwidth = rate{4096};
  auto& a = w.add(nullptr, nullptr);
  w.arrive(a, 1h, nbd::command::write_zeroes);
  w.arrive(a, 1h, nbd::command::write_zeroes);
  REQUIRE(w.storage.submitted.size() == 2);
  w.arrive(a, 1h, nbd::command::write_zeroes, nbd::command_no_hole);
  REQUIRE(w.storage.submitted.size() == 3);
  w.arrive(a, 1h);
  w.wake_until(1h + 900ms);
  CHECK(w.storage.submitted.size() == 3);
  w.wake_until(1h + 1s);
  CHECK(w.storage.submitted.size() == 4);
}

TEST_SUITE_END();
