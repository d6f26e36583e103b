// What must hold for any run of a fair queue and of shared limits: work conservation, bounded unfairness, weights, no
// starvation, exactness while limits change.
#include "gateways/throttle/shared_limit.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <doctest/doctest.h>
#include <memory>
#include <random>
#include <vector>

using namespace sluice;
using namespace sluice::gateway;
using namespace std::chrono_literals;

namespace {

double seconds(duration x) {
  return std::chrono::duration<double>(x).count();
}

/// A client that keeps `depth` requests outstanding and sends the next one `pause` after an answer.
struct closed_loop {
  fair_share share;
  shared_limit* under = nullptr;
  int depth = 1;
  duration pause{0};
  std::uint32_t bytes = 4096;
  bool write = false;
  int waiting = 0;
  std::deque<instant> thinking; ///< when each of the others arrives; in order, since the pause is the same
  std::uint64_t served = 0;
  std::uint64_t cost = 0;
  instant last{0};

  [[nodiscard]] instant next_arrival() const {
    return thinking.empty() ? instant::max() : thinking.front();
  }
  void begin(instant now) {
    waiting = depth;
    under->enter(share);
    last = now;
  }
  void arrive_until(instant now) {
    for (; next_arrival() <= now; thinking.pop_front())
      ++waiting;
    if (waiting > 0 && !share.contending())
      under->enter(share);
  }
  void go(instant now) {
    under->book(share, {write, bytes}, now);
    under->left();
    ++served;
    cost += under->limits().cost.milli_io({write, bytes});
    last = now;
    --waiting;
    thinking.push_back(now + pause);
    if (waiting == 0)
      under->withdraw(share);
  }
};

using clients = std::vector<std::unique_ptr<closed_loop>>;

/// Runs until `end`; the shard wakes up to `late` too late.
void run(shared_limit& root, clients& all, instant begin, instant end, std::mt19937_64& rng, duration late = {}) {
  for (auto now = begin; now < end;) {
    for (auto& x : all)
      x->arrive_until(now);
    while (auto* const turn = root.next(now)) {
      const auto who = std::find_if(all.begin(), all.end(), [turn](const auto& x) {
        return &x->share == turn;
      });
      (*who)->go(now); // it is one of them
      if ((*who)->pause == 0ns)
        (*who)->arrive_until(now);
    }
    auto next = root.due();
    for (const auto& x : all)
      next = std::min(next, x->next_arrival());
    if (next <= now)
      FAIL("due() is not later than now");
    now = next;
    if (late > 0ns)
      now += duration{static_cast<std::int64_t>(rng() % static_cast<std::uint64_t>(late.count()))};
  }
}

closed_loop& add(clients& to, shared_limit& under, int depth, duration pause, std::uint32_t weight = 1) {
  auto& x = *to.emplace_back(std::make_unique<closed_loop>());
  x.under = &under;
  x.depth = depth;
  x.pause = pause;
  x.share.set_weight(weight);
  return x;
}

io_limits with_iops(std::uint64_t x) {
  io_limits result;
  result.iops = rate{x};
  return result;
}

double jain(const clients& all) {
  double sum = 0, squares = 0;
  for (const auto& x : all) {
    sum += static_cast<double>(x->served);
    squares += static_cast<double>(x->served) * static_cast<double>(x->served);
  }
  return sum * sum / (static_cast<double>(all.size()) * squares);
}

} // namespace

TEST_SUITE_BEGIN("gateways.throttle.sharing.properties");

TEST_CASE("property: while two contend, what they got by weight differs by one request of each at most") {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 rng{seed};
    struct contender {
      fair_share share;
      double got = 0;       ///< by weight, since it contends
      double first_had = 0; ///< what the first one had got by then
      double most = 0;      ///< of one request
    };
    std::vector<std::unique_ptr<contender>> all;
    fair_queue queue;
    for (unsigned i = 0; i < 2 + rng() % 20; ++i) {
      auto& x = *all.emplace_back(std::make_unique<contender>());
      x.share.set_weight(static_cast<std::uint32_t>(1 + rng() % 20));
      queue.enter(x.share);
    }
    auto& first = *all[0]; // always contends; the others come and go
    for (int i = 0; i < 3000; ++i) {
      auto* const turn = queue.first();
      if (turn == nullptr)
        FAIL("somebody contends, and it is nobody's turn");
      auto& x = **std::find_if(all.begin(), all.end(), [turn](const auto& c) {
        return &c->share == turn;
      });
      const auto cost = 1 + rng() % 100'000;
      queue.served(x.share, cost);
      const auto by_weight = static_cast<double>(cost) / x.share.weight();
      x.got += by_weight;
      x.most = std::max(x.most, by_weight);
      for (const auto& c : all)
        if (c->share.contending() && std::abs(first.got - c->first_had - c->got) > first.most + c->most + 1.0)
          FAIL("since both contend one got " << first.got - c->first_had << ", the other " << c->got);
      if (rng() % 3 == 0) {
        auto& other = *all[1 + rng() % (all.size() - 1)];
        if (other.share.contending()) {
          queue.leave(other.share);
        } else {
          queue.enter(other.share);
          other.got = 0;
          other.first_had = first.got;
        }
      }
    }
  }
}

TEST_CASE("property: nobody that contends is passed over for ever") {
  for (unsigned seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 rng{seed};
    fair_queue queue;
    fair_share patient;
    std::vector<std::unique_ptr<fair_share>> others;
    for (unsigned i = 0; i < 1 + rng() % 50; ++i) {
      others.push_back(std::make_unique<fair_share>());
      others.back()->set_weight(static_cast<std::uint32_t>(1 + rng() % 4));
    }
    for (auto& x : others)
      queue.enter(*x);
    for (int round = 0; round < 20; ++round) {
      queue.enter(patient);
      std::size_t passed_over = 0;
      // The others leave and come back all the time.
      while (queue.first() != &patient) {
        auto* const x = queue.first();
        queue.served(*x, 1000);
        queue.leave(*x);
        queue.enter(*x);
        if (++passed_over > 2 * 4 * (others.size() + 1))
          FAIL("passed over " << passed_over << " times");
      }
      queue.served(patient, 1000);
      queue.leave(patient);
    }
  }
}

TEST_CASE("property: one stream 1 deep beside one 32 deep has half of a shared limit, as far as it can ask for it") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 rng{seed};
    const auto limit = 500 + rng() % 4000;
    CAPTURE(limit);
    shared_limit root;
    root.set(with_iops(limit), 0s);
    clients all;
    auto& thin = add(all, root, 1, std::chrono::microseconds{rng() % 300}); // less than a turn of each
    auto& thick = add(all, root, 32, std::chrono::microseconds{rng() % 300});
    for (auto& x : all)
      x->begin(1h);
    run(root, all, 1h, 1h + 3s, rng);
    CHECK(static_cast<double>(thin.served) >= 0.48 * static_cast<double>(thin.served + thick.served));
  }
}

TEST_CASE("property: eight equal streams have the same, at any depth, also if the shard wakes up late") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 rng{seed};
    shared_limit root;
    const auto limit = 1000 + rng() % 20'000;
    root.set(with_iops(limit), 0s);
    clients all;
    for (int i = 0; i < 8; ++i)
      add(all, root, static_cast<int>(4 + rng() % 60), std::chrono::microseconds{rng() % 100});
    for (auto& x : all)
      x->begin(1h);
    run(root, all, 1h, 1h + 2s, rng, std::chrono::microseconds{1 + rng() % 200});
    CHECK(jain(all) >= 0.9999);
  }
}

TEST_CASE("property: a shared limit is used to the full and never exceeded, while it changes") {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 rng{seed};
    shared_limit root;
    std::uint64_t limit = 500 + rng() % 5000;
    root.set(with_iops(limit), 0s);
    clients all;
    for (unsigned i = 0; i < 1 + rng() % 6; ++i) {
      auto& x = add(all, root, static_cast<int>(8 + rng() % 32), std::chrono::microseconds{rng() % 500});
      x.write = rng() % 2 == 0;
      x.begin(1h);
    }
    double allowed = 0;
    instant now = 1h;
    for (int i = 0; i < 50; ++i) {
      const auto span = std::chrono::microseconds{1000 + rng() % 100'000};
      run(root, all, now, now + span, rng);
      now += span;
      allowed += static_cast<double>(limit) * seconds(span);
      limit = 500 + rng() % 5000;
      root.set(with_iops(limit), now);
    }
    std::uint64_t served = 0;
    for (const auto& x : all)
      served += x->served;
    // The credit at the beginning is 2 ms of at most 5,500 IOPS; the run ends within one turn of a span.
    CHECK(static_cast<double>(served) <= allowed + 0.002 * 5500 + 2 + 50);
    CHECK(static_cast<double>(served) >= allowed - 2 - 50);
  }
}

TEST_CASE("property: weights hold below weights, and splitting into many streams gains nothing above") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 rng{seed};
    shared_limit root;
    root.set(with_iops(2000 + rng() % 8000), 0s);
    shared_limit a{&root}, b{&root};
    const auto weight_a = 1 + static_cast<std::uint32_t>(rng() % 5);
    const auto weight_b = 1 + static_cast<std::uint32_t>(rng() % 5);
    a.set_weight(weight_a);
    b.set_weight(weight_b);
    clients all;
    const auto many = 1 + rng() % 30;
    for (std::uint64_t i = 0; i < many; ++i)
      add(all, a, 8, 10us, 1 + static_cast<std::uint32_t>(i % 3));
    add(all, b, 8, 10us);
    for (auto& x : all)
      x->begin(1h);
    run(root, all, 1h, 1h + 5s, rng);
    double of_a = 0, of_b = 0;
    for (const auto& x : all)
      (x->under == &a ? of_a : of_b) += static_cast<double>(x->served);
    CHECK(of_a / of_b == doctest::Approx(static_cast<double>(weight_a) / weight_b).epsilon(0.01));
    for (std::uint64_t i = 3; i < many; ++i) // equals with equals
      CHECK(std::abs(static_cast<double>(all[i]->served) - static_cast<double>(all[i - 3]->served)) <= 3);
  }
}

TEST_CASE("property: what a closed limit does not take goes to the others") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 rng{seed};
    shared_limit root;
    const auto whole = 4000 + rng() % 4000;
    root.set(with_iops(whole), 0s);
    std::vector<std::unique_ptr<shared_limit>> below;
    clients all;
    double capped = 0;
    for (int i = 0; i < 4; ++i) {
      auto& x = *below.emplace_back(std::make_unique<shared_limit>(&root));
      const auto cap = 100 + rng() % 500;
      if (i > 0) {
        x.set(with_iops(cap), 0s);
        capped += static_cast<double>(cap);
      }
      add(all, x, 16, 50us).begin(1h);
    }
    run(root, all, 1h, 1h + 4s, rng);
    double rest = 0;
    for (std::size_t i = 1; i < all.size(); ++i)
      rest += static_cast<double>(all[i]->served);
    CHECK(rest == doctest::Approx(4 * capped).epsilon(0.02));
    CHECK(static_cast<double>(all[0]->served) + rest
          == doctest::Approx(4.0 * static_cast<double>(whole)).epsilon(0.005));
  }
}

TEST_CASE("property: sizes are paid by the curve, and shared by what is paid") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 rng{seed};
    auto limits = with_iops(2000 + rng() % 4000);
    limits.cost.points = {cost_point{4096, 1000}, cost_point{65'536, 1000 + static_cast<std::uint32_t>(rng() % 9000)}};
    limits.cost.count = 2;
    limits.cost.write_percent = 100 + static_cast<std::uint32_t>(rng() % 200);
    shared_limit root;
    root.set(limits, 0s);
    clients all;
    for (int i = 0; i < 4; ++i) {
      auto& x = add(all, root, 16, 20us);
      x.bytes = 4096u << rng() % 5;
      x.write = rng() % 2 == 0;
      x.begin(1h);
    }
    run(root, all, 1h, 1h + 20s, rng); // a request costs up to 30 I/O of the 10,000 that each gets
    double sum = 0;
    for (const auto& x : all)
      sum += static_cast<double>(x->cost);
    CHECK(sum / 1000 == doctest::Approx(20.0 * static_cast<double>(limits.iops.per_second)).epsilon(0.01));
    for (const auto& x : all)
      CHECK(static_cast<double>(x->cost) == doctest::Approx(sum / 4).epsilon(0.01));
  }
}

TEST_SUITE_END();
