// Fair queue, gate with costs and shared limits, with turns and times worked out by hand.
#include "gateways/throttle/shared_limit.hpp"

#include <algorithm>
#include <array>
#include <doctest/doctest.h>
#include <string>
#include <vector>

using namespace sluice;
using namespace sluice::gateway;
using namespace std::chrono_literals;

namespace {

io_limits with_iops(std::uint64_t x) {
  io_limits result;
  result.iops = rate{x};
  return result;
}

/// The order of the next `n` turns of named contenders that always have more.
std::string turns(fair_queue& queue, const std::vector<std::pair<fair_share*, char>>& names, int n,
                  std::uint64_t cost = 1000) {
  std::string result;
  for (int i = 0; i < n; ++i) {
    auto* const x = queue.first();
    for (const auto& [share, name] : names)
      if (share == x)
        result += name;
    queue.served(*x, cost);
  }
  return result;
}

constexpr io_demand read_4k{false, 4096};

} // namespace

TEST_SUITE_BEGIN("gateways.throttle.sharing");

TEST_CASE("equals take turns, in the order they came") {
  fair_queue queue;
  fair_share a, b, c;
  queue.enter(b);
  queue.enter(a);
  queue.enter(c);
  CHECK(turns(queue, {{&a, 'a'}, {&b, 'b'}, {&c, 'c'}}, 7) == "bacbacb");
}

TEST_CASE("turns follow the weights") {
  fair_queue queue;
  fair_share a, b;
  b.set_weight(3);
  queue.enter(a);
  queue.enter(b);
  const auto order = turns(queue, {{&a, 'a'}, {&b, 'b'}}, 40);
  CHECK(std::count(order.begin(), order.end(), 'b') == 30);
}

TEST_CASE("who costs more has fewer turns") {
  fair_queue queue;
  fair_share a, b;
  queue.enter(a);
  queue.enter(b);
  int of_a = 0;
  for (int i = 0; i < 50; ++i) {
    auto* const x = queue.first();
    of_a += x == &a ? 1 : 0;
    queue.served(*x, x == &a ? 1000 : 4000);
  }
  CHECK(of_a == 40);
}

TEST_CASE("who comes back after a pause has its turn at once, and no credit for the pause") {
  fair_queue queue;
  fair_share a, b;
  queue.enter(a);
  queue.enter(b);
  queue.leave(b);
  (void)turns(queue, {{&a, 'a'}}, 100);
  queue.enter(b);
  CHECK(turns(queue, {{&a, 'a'}, {&b, 'b'}}, 6) == "bababa");
}

TEST_CASE("leaving and coming back at once gains nothing") {
  fair_queue queue;
  fair_share a, b;
  queue.enter(a);
  queue.enter(b);
  std::string order;
  for (int i = 0; i < 6; ++i) {
    auto* const x = queue.first();
    order += x == &a ? 'a' : 'b';
    queue.served(*x, 1000);
    if (x == &b) {
      queue.leave(b);
      queue.enter(b);
    }
  }
  CHECK(order == "ababab");
}

TEST_CASE("a new era forgets what everybody got") {
  fair_queue queue;
  fair_share a, b;
  queue.enter(a);
  queue.enter(b);
  queue.served(a, 1'000'000);
  queue.begin_era();
  CHECK(turns(queue, {{&a, 'a'}, {&b, 'b'}}, 4) == "baba");
}

TEST_CASE("a cost curve is a line from point to point") {
  cost_curve curve;
  CHECK(curve.milli_io({false, 1 << 20}) == 1000);
  curve.points = {cost_point{4096, 1000}, cost_point{65'536, 4000}};
  curve.count = 2;
  CHECK(curve.milli_io({false, 0}) == 1000);
  CHECK(curve.milli_io({false, 4096}) == 1000);
  CHECK(curve.milli_io({false, 34'816}) == 2500); // in the middle
  CHECK(curve.milli_io({false, 65'536}) == 4000);
  CHECK(curve.milli_io({false, 126'976}) == 7000); // the same slope once more
  curve.write_percent = 250;
  CHECK(curve.milli_io({true, 4096}) == 2500);
  CHECK(curve.milli_io({true, 0}) == 2500);
  curve.count = 1;
  CHECK(curve.milli_io({false, 8192}) == 2000); // one point alone: in proportion
}

TEST_CASE("limits that make no sense are refused with a sentence") {
  const auto refused = [](auto&& change) {
    io_limits x;
    change(x);
    return !problem_with(x).empty();
  };
  CHECK_FALSE(refused([](io_limits&) {}));
  CHECK(refused([](io_limits& x) {
    x.iops = rate{~std::uint64_t{0}};
  }));
  CHECK(refused([](io_limits& x) {
    x.bandwidth = rate{std::uint64_t{1} << 43};
  }));
  CHECK(refused([](io_limits& x) {
    x.depth = 1u << 21;
  }));
  CHECK(refused([](io_limits& x) {
    x.burst_length = 2h;
  }));
  CHECK(refused([](io_limits& x) {
    x.cost.write_percent = 0;
  }));
  CHECK(refused([](io_limits& x) {
    x.cost.count = 9;
  }));
  CHECK(refused([](io_limits& x) {
    x.cost.points = {cost_point{8192, 1000}, cost_point{4096, 2000}};
    x.cost.count = 2;
  }));
}

TEST_CASE("a burst that could do nothing is refused") {
  const auto refused = [](auto change) {
    auto x = with_iops(1000);
    x.burst_iops = rate{2000};
    x.burst_length = 1s;
    REQUIRE(problem_with(x).empty());
    change(x);
    return !problem_with(x).empty();
  };
  CHECK(refused([](io_limits& x) {
    x.iops = {};
  }));
  CHECK(refused([](io_limits& x) {
    x.burst_iops = rate{1000};
  }));
  CHECK(refused([](io_limits& x) {
    x.burst_length = 0s;
  }));
  CHECK(refused([](io_limits& x) {
    x.burst_iops = {};
  }));
  CHECK(refused([](io_limits& x) {
    x.burst_bandwidth = rate{1};
  }));
}

TEST_CASE("the gate charges what the curve says") {
  gate it;
  auto x = with_iops(1000);
  x.cost.points = {cost_point{4096, 1000}};
  x.cost.count = 1;
  it.set(x, 0s);
  REQUIRE(it.ask(1h).held == hold::none);
  it.enter({false, 409'600}, 1h); // 100 I/O, less 2 ms of credit
  CHECK(it.ask(1h).wait == 98ms);
}

TEST_CASE("no curve and no size makes a cost that the arithmetic cannot hold") {
  cost_curve dear;
  dear.points[0] = {1, 1'000'000'000};
  dear.count = 1;
  dear.write_percent = 100'000;
  CHECK(dear.milli_io({true, 1}) == 1'000'000'000'000);
  CHECK(dear.milli_io({false, 0xffffffff}) == cost_curve::max_cost);
  CHECK(dear.milli_io({true, 0xffffffff}) == cost_curve::max_cost);
  gate it;
  auto x = with_iops(1);
  x.cost = dear;
  it.set(x, 0s);
  CHECK(it.fair_cost({true, 0xffffffff}) == cost_curve::max_cost);
  x.bandwidth = rate{1};
  it.set(x, 0s);
  CHECK(it.fair_cost({true, 0xffffffff}) == cost_curve::max_cost);
}

TEST_CASE("what is fair is measured by the limit that a request takes more of") {
  gate it;
  CHECK(it.fair_cost(read_4k) == 1000);
  it.set(with_iops(500), 0s);
  CHECK(it.fair_cost({false, 1 << 20}) == 1000);
  auto x = with_iops(1000);
  x.bandwidth = rate{40'960'000}; // 10,000 times 4 KiB
  it.set(x, 0s);
  CHECK(it.fair_cost(read_4k) == 1000);
  CHECK(it.fair_cost({false, 409'600}) == 10'000); // a hundredth of a second of bytes are 10 I/O
  x.iops = {};
  it.set(x, 0s);
  CHECK(it.fair_cost({false, 8192}) == 2000);
  CHECK(it.fair_cost({true, 0}) == 1);
}

TEST_CASE("a shared limit says who goes now, and when the next may") {
  shared_limit limit;
  limit.set(with_iops(1000), 0s);
  fair_share a, b;
  REQUIRE(limit.free_way(1h));
  for (int i = 0; i < 3; ++i) // the credit of 2 ms, and one
    limit.book(a, read_4k, 1h);
  CHECK_FALSE(limit.free_way(1h));
  limit.enter(a);
  limit.enter(b);
  CHECK(limit.next(1h) == nullptr);
  CHECK(limit.held(1h) == hold::rate);
  REQUIRE(limit.due() == 1h + 1ms);
  CHECK(limit.next(1h + 1ms) == &b); // a has had three
  limit.book(b, read_4k, 1h + 1ms);
  CHECK(limit.next(1h + 1ms) == nullptr);
  limit.withdraw(a);
  limit.withdraw(b);
  CHECK(limit.next(2h) == nullptr);
  CHECK(limit.due() == instant::max());
}

TEST_CASE("a shared depth is given back by who has it") {
  shared_limit limit;
  io_limits x;
  x.depth = 1;
  limit.set(x, 0s);
  fair_share a, b;
  REQUIRE(limit.free_way(0s));
  limit.book(a, read_4k, 0s);
  limit.enter(b);
  CHECK(limit.next(0s) == nullptr);
  CHECK(limit.held(0s) == hold::depth);
  CHECK(limit.due() == instant::max());
  limit.left();
  CHECK(limit.next(0s) == &b);
}

TEST_CASE("a limit below another one is one contender there") {
  shared_limit tenant;
  tenant.set(with_iops(1000), 0s);
  shared_limit left{&tenant}, right{&tenant};
  std::array<fair_share, 3> of_left;
  fair_share of_right;
  for (auto& x : of_left)
    left.enter(x);
  right.enter(of_right);
  int turns_of_right = 0;
  for (int i = 0; i < 100; ++i) {
    auto* const x = tenant.next(instant{1h} + i * 1ms);
    REQUIRE(x != nullptr);
    turns_of_right += x == &of_right ? 1 : 0;
    (x == &of_right ? right : left).book(*x, read_4k, instant{1h} + i * 1ms);
  }
  CHECK(turns_of_right == 50);
}

TEST_CASE("a limit that is closed keeps nobody else back, and goes on when it opens") {
  shared_limit tenant;
  tenant.set(with_iops(10'000), 0s);
  shared_limit slow{&tenant}, other{&tenant};
  slow.set(with_iops(100), 0s);
  fair_share of_slow, of_other;
  slow.enter(of_slow);
  other.enter(of_other);
  int slow_turns = 0, other_turns = 0;
  for (instant now = 1h; now < 1h + 1s;) {
    auto* const x = tenant.next(now);
    if (x == nullptr) {
      REQUIRE(tenant.due() > now);
      now = tenant.due();
      continue;
    }
    (x == &of_slow ? slow_turns : other_turns) += 1;
    (x == &of_slow ? slow : other).book(*x, read_4k, now);
  }
  CHECK(slow_turns >= 99);
  CHECK(slow_turns <= 102);
  CHECK(slow_turns + other_turns >= 9990);
  CHECK(slow_turns + other_turns <= 10'022);
}

TEST_CASE("raising a limit that is closed opens it at once") {
  shared_limit tenant;
  shared_limit slow{&tenant};
  slow.set(with_iops(1), 0s);
  fair_share x;
  slow.enter(x);
  REQUIRE(tenant.next(1h) == &x);
  slow.book(x, read_4k, 1h);
  REQUIRE(tenant.next(1h) == nullptr);
  REQUIRE(tenant.due() > 1h + 900ms);
  slow.set(with_iops(1000), 1h);
  CHECK(tenant.next(1h) == nullptr);
  CHECK(tenant.due() < 1h + 2ms);
  slow.set({}, 1h);
  CHECK(tenant.next(1h) == &x);
}

TEST_CASE("a limit that nobody waits for keeps no more credit than an idle one, whoever waits below it") {
  shared_limit root;
  root.set(with_iops(2000), 0s);
  shared_limit capped{&root};
  capped.set(with_iops(10), 0s);
  fair_share slow, other;
  capped.enter(slow);
  int served = 0;
  const auto run_until = [&](instant from, instant to) {
    for (auto now = from; now < to; now = std::min(root.due(), to))
      while (auto* const x = root.next(now)) {
        (x == &slow ? capped : root).book(*x, read_4k, now);
        (x == &slow ? capped : root).left();
        served += x == &other;
      }
  };
  root.enter(other);
  run_until(1s, 3s);
  root.withdraw(other);
  run_until(3s, 10s);
  root.enter(other);
  served = 0;
  run_until(10s, 10s + 100ms);
  CHECK(served <= 205); // 200, and the credit of 2 ms
}

TEST_SUITE_END();
