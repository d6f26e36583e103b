// Streams of a group on one shard: whose request goes when, and what the counters say of it.
#include "tests/unit/group_world.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::gateway;
using namespace sluice::gateway::test;

TEST_SUITE_BEGIN("gateways.engine.group");

TEST_CASE("streams of a group take turns, whatever each has waiting") {
  world w;
  auto& all = w.group(with_iops(1000));
  auto& a = w.add(all);
  auto& b = w.add(all);
  for (int i = 0; i < 10; ++i)
    w.arrive(a, 0s);
  for (int i = 0; i < 3; ++i)
    w.arrive(b, 0s);
  CHECK(w.order() == "aaa"); // the credit of 2 ms, and one
  w.wake_until(6ms);
  CHECK(w.order() == "aaabababa");
  CHECK(a.counters.backlog.get() == 4);
  CHECK(b.counters.backlog.get() == 0);
  w.wake_until(1s);
  CHECK(w.order() == "aaabababaaaaa");
  CHECK(w.wakes.first() == nullptr);
}

TEST_CASE("a stream's own limit holds inside its group, and keeps the others not back") {
  world w;
  auto& all = w.group(with_iops(1000));
  w.target.config.fixed.iops = rate{100};
  auto& slow = w.add(all);
  w.target.config.fixed.iops = {};
  auto& fast = w.add(all);
  for (int i = 0; i < 20; ++i) {
    w.arrive(slow, 0s);
    w.arrive(fast, 0s);
  }
  w.wake_until(20ms);
  const auto order = w.order();
  const auto of_slow = std::count(order.begin(), order.end(), 'a');
  CHECK(of_slow >= 2);
  CHECK(of_slow <= 4);
  CHECK(order.size() >= 20);
}

TEST_CASE("reads and writes in groups of their own do not wait for each other") {
  world w;
  auto& reads = w.group(with_iops(1000));
  auto& writes = w.group(with_iops(1));
  auto& x = w.add(&reads, &writes);
  for (int i = 0; i < 5; ++i)
    w.arrive(x, 0s, nbd::command::write);
  for (int i = 0; i < 5; ++i)
    w.arrive(x, 0s, nbd::command::read);
  w.wake_until(100ms);
  int reads_done = 0;
  for (const auto* r : w.storage.submitted)
    reads_done += r->operation == io_operation::read ? 1 : 0;
  CHECK(reads_done == 5);
  CHECK(w.storage.submitted.size() == 6);
}

TEST_CASE("a volume's limits of reads and of writes hold for each stream by itself") {
  world w;
  w.target.config.writes = with_iops(1);
  auto& x = w.add(nullptr, nullptr);
  for (int i = 0; i < 3; ++i) {
    w.arrive(x, 0s, nbd::command::write);
    w.arrive(x, 0s, nbd::command::read);
  }
  CHECK(w.storage.submitted.size() == 4); // one write
  CHECK(x.counters.backlog.get() == 2);
  w.wake_until(1s);
  CHECK(w.storage.submitted.size() == 5);
}

TEST_CASE("a shared depth goes round") {
  world w;
  io_limits two;
  two.depth = 2;
  auto& all = w.group(two);
  auto& a = w.add(all);
  auto& b = w.add(all);
  for (int i = 0; i < 4; ++i)
    w.arrive(a, 0s);
  for (int i = 0; i < 4; ++i)
    w.arrive(b, 0s);
  CHECK(w.order() == "aa");
  CHECK(all.limit.held(0s) == hold::depth);
  for (int i = 0; i < 6; ++i) {
    auto& x = *w.storage.submitted[static_cast<std::size_t>(i)];
    x.stream->returned(x, 1ms);
  }
  CHECK(w.order() == "aabababb");
  CHECK(all.limit.in_flight() == 2);
}

TEST_CASE("the answer of a stream that has nothing waiting lets another one of its group go") {
  world w;
  io_limits one;
  one.depth = 1;
  auto& all = w.group(one);
  auto& a = w.add(all);
  auto& b = w.add(all);
  w.arrive(a, 0s);
  w.arrive(b, 0s);
  REQUIRE(w.order() == "a");
  a.returned(*w.storage.submitted.front(), 1ms);
  CHECK(w.order() == "ab");
}

TEST_CASE("limits that change are in force for what waits already") {
  world w;
  auto& all = w.group(with_iops(1));
  auto& a = w.add(all);
  for (int i = 0; i < 5; ++i)
    w.arrive(a, 0s);
  REQUIRE(w.order() == "a");
  all.obey(with_iops(1000), 1, 0s);
  w.wake_until(5ms);
  CHECK(w.order() == "aaaaa");
  all.obey({}, 1, 5ms);
  w.arrive(a, 5ms);
  CHECK(w.order() == "aaaaaa");
}

TEST_CASE("a client that goes away gives its turn up") {
  world w;
  auto& all = w.group(with_iops(1000));
  auto& a = w.add(all);
  auto& b = w.add(all);
  for (int i = 0; i < 5; ++i)
    w.arrive(a, 0s);
  for (int i = 0; i < 5; ++i)
    w.arrive(b, 0s);
  int dropped = 0;
  b.forget(w.somebody, 0s, [&](pending_request&) {
    ++dropped;
  });
  CHECK(dropped == 5);
  w.wake_until(10ms);
  CHECK(w.order() == "aaaaa");
}

TEST_CASE("time in a group's line counts as held by rate") {
  world w;
  auto& all = w.group(with_iops(1000));
  auto& a = w.add(all);
  for (int i = 0; i < 4; ++i)
    w.arrive(a, 0s);
  w.wake_until(1ms);
  CHECK(w.order() == "aaaa");
  CHECK(a.counters.rate_ns.get() == 1'000'000);
}

TEST_CASE("a stream that joins a group while it has requests everywhere is booked right") {
  world w;
  io_limits two;
  two.depth = 2;
  auto& all = w.group(two);
  w.target.config.fixed.depth = 3;
  auto& x = w.add(nullptr, nullptr);
  for (int i = 0; i < 6; ++i)
    w.arrive(x, 0s);
  REQUIRE(w.order() == "aaa");
  x.join({&all, &all}, 0s);
  CHECK(all.limit.in_flight() == 0); // what went before is not the group's
  x.returned(*w.storage.submitted[0], 1ms);
  x.returned(*w.storage.submitted[1], 1ms);
  CHECK(w.order() == "aaaaa");
  CHECK(all.limit.in_flight() == 2);
  x.returned(*w.storage.submitted[2], 1ms);
  CHECK(w.order() == "aaaaa"); // held by the group's depth
  x.join({}, 2ms);
  CHECK(w.order() == "aaaaaa");
  for (std::size_t i = 3; i < 6; ++i)
    x.returned(*w.storage.submitted[i], 3ms);
  CHECK(all.limit.in_flight() == 0);
}

namespace {

struct table {
  request_queue answers;
  std::array<wake_queue, 2> wakes;
  group_table it{{{&answers, &wakes[0]}, {&answers, &wakes[1]}}};
  std::string take(const group_config& x) {
    stream_group* to = nullptr;
    return it.take(x, 1, 0s, to);
  }
};

group_config named(const std::string& name, const std::string& above = {}, const std::string& client = "*") {
  group_config x;
  x.name = name;
  x.above = above;
  x.client = client;
  return x;
}

} // namespace

TEST_CASE("a stream belongs to the most specific group that matches it") {
  table t;
  t.it.fill({named("all"), named("lan", "all", "10.*"), named("host", "lan", "10.0.0.7")}, 0s);
  const auto group_of = [&](const std::string& client) {
    const auto groups = t.it.of({"g", "v", client});
    CHECK(groups.reads == groups.writes);
    for (const auto& [name, x] : t.it.entries())
      if (x.group.get() == groups.reads)
        return name;
    return std::string{};
  };
  CHECK(group_of("10.0.0.7") == "host");
  CHECK(group_of("10.0.0.8") == "lan");
  CHECK(group_of("elsewhere") == "all");
}

TEST_CASE("groups above one another are on one shard, others are spread unless one is about reads or writes alone") {
  table t;
  t.it.fill({named("b1", "b"), named("a"), named("b")}, 0s);
  CHECK(t.it.entries().at("b1").group->shard == t.it.entries().at("b").group->shard);
  CHECK(t.it.entries().at("a").group->shard != t.it.entries().at("b").group->shard);
  auto reads = named("reads");
  reads.operations = group_operations::reads;
  CHECK(t.take(reads) == "groups of reads or writes alone must be there from the start");
  table u;
  u.it.fill({reads, named("a"), named("b")}, 0s);
  CHECK(u.it.entries().at("a").group->shard == u.it.entries().at("b").group->shard);
  const auto groups = u.it.of({"g", "v", "c"});
  CHECK(groups.reads == u.it.entries().at("a").group.get()); // of equals the name that sorts first
  CHECK(groups.writes == u.it.entries().at("a").group.get());
}

TEST_CASE("a group keeps its streams, its limits may change") {
  table t;
  CHECK(t.take(named("a")) == "");
  auto x = named("a");
  x.limits.iops = rate{5};
  x.weight = 7;
  CHECK(t.take(x) == "");
  CHECK(t.it.entries().at("a").config.limits.iops == rate{5});
  CHECK(t.take(named("a", "", "10.*")) == "group a is about other streams or operations, or below another group");
  x.weight = 0;
  CHECK(t.take(x) == "the weight is not between 1 and 1000");
  CHECK(t.take(named("b", "nobody")) == "group b: there is no group nobody");
}

TEST_CASE("groups that make no sense together are refused one by one") {
  CHECK(check({named("a"), named("b", "a")}).empty());
  CHECK(check({named("a", "b"), named("b", "a")}).size() == 2);
  CHECK(check({named("a"), named("a")}) == std::vector<std::string>{"group a: it is there twice"});
  CHECK(check({named("")}) == std::vector<std::string>{"group : the name is not valid"});
  CHECK(check({named("1"), named("2", "1"), named("3", "2"), named("4", "3"), named("5", "4")}).size() == 1);
}

TEST_SUITE_END();
