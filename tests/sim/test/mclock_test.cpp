// mClock's tags, at a device of one server that takes 1 ms for each small request.
#include "tests/sim/controllers/mclock.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <vector>

using namespace sluice;
using namespace sluice::sim;
using namespace std::chrono_literals;

namespace {

struct guest {
  std::uint64_t reservation = 0;
  std::uint64_t limit = 0;
  std::uint32_t weight = 1;
  std::uint32_t bytes = 0;
};

/// One request is in service at a time; each guest keeps `depth` waiting while it is `busy`.
class bench {
public:
  explicit bench(const std::vector<guest>& guests, duration per_mib = 0ns) : guests_(guests) {
    scheduler_setup setup;
    setup.policy.best_effort_floor = {};
    setup.device = {"disk", 1, 1ms, per_mib};
    for (std::size_t i = 0; i < guests.size(); ++i) {
      agreement x;
      x.name = "guest" + std::to_string(i);
      x.streams.volume = x.name;
      x.objective.reservation = {guests[i].reservation};
      x.objective.limit.iops = {guests[i].limit};
      x.objective.weight = guests[i].weight;
      setup.agreements.push_back(x);
      setup.streams.push_back({"gateway", x.name, "client"});
    }
    tags_ = make_mclock(setup);
    waiting_.resize(guests.size());
    busy.assign(guests.size(), true);
  }

  void run(instant until) {
    while (now_ < until) {
      for (std::uint32_t i = 0; i < guests_.size(); ++i)
        while (busy[i] && waiting_[i] < depth) {
          tags_->enter({0, i, guests_[i].bytes, false}, now_);
          ++waiting_[i];
        }
      if (const auto x = tags_->next(now_)) {
        --waiting_[x->stream];
        served.push_back({now_, x->stream});
        now_ += 1ms;
      } else {
        REQUIRE(tags_->due(now_) > now_); // else this would never end
        now_ = std::min(tags_->due(now_), until);
      }
    }
  }

  [[nodiscard]] long count(std::uint32_t who, instant from, instant to) const {
    return std::count_if(served.begin(), served.end(), [&](const service& x) {
      return x.who == who && x.at >= from && x.at < to;
    });
  }

  struct service {
    instant at;
    std::uint32_t who;
  };
  int depth = 2;
  std::vector<bool> busy;
  std::vector<service> served;

private:
  std::vector<guest> guests_;
  std::unique_ptr<device_scheduler> tags_;
  std::vector<int> waiting_;
  instant now_{0};
};

} // namespace

TEST_CASE("mclock: without reservations and limits, service follows the weights") {
  bench x{{{0, 0, 1}, {0, 0, 3}}};
  x.run(10s);
  CHECK(x.count(0, 0s, 10s) == doctest::Approx(2500).epsilon(0.01));
  CHECK(x.count(1, 0s, 10s) == doctest::Approx(7500).epsilon(0.01));
}

TEST_CASE("mclock: a reservation is met before weights count") {
  bench x{{{600, 0, 1}, {0, 0, 9}}};
  x.run(10s);
  for (int i = 1; i < 10; ++i) {
    CAPTURE(i);
    CHECK(x.count(0, i * 1s, (i + 1) * 1s) >= 599);
    CHECK(x.count(1, i * 1s, (i + 1) * 1s) >= 399);
  }
}

TEST_CASE(
    "mclock: what is had by weight does not count for the reservation, nor is the reservation on top of the share") {
  bench x{{{200, 0, 1}, {0, 0, 1}}};
  x.run(10s);
  CHECK(x.count(0, 0s, 10s) == doctest::Approx(5000).epsilon(0.01));
}

TEST_CASE("mclock: a limit is never exceeded, in any second, and the device is idle rather") {
  bench x{{{0, 300, 1}}};
  x.run(5s);
  for (const auto& s : x.served)
    CHECK(x.count(0, s.at, s.at + 1s) <= 300);
  CHECK(x.count(0, 0s, 5s) >= 1499);
}

TEST_CASE("mclock: idling earns no credit, of neither weight, limit nor reservation") {
  bench x{{{100, 600, 1}, {0, 0, 1}}};
  x.busy[0] = false;
  x.run(10s);
  CHECK(x.count(1, 0s, 10s) == 10000);
  x.busy[0] = true;
  x.run(20s);
  CHECK(x.count(0, 10s, 11s) == doctest::Approx(500).epsilon(0.01));
  CHECK(x.count(0, 10s, 10100ms) == doctest::Approx(50).epsilon(0.1));
  CHECK(x.count(0, 10s, 20s) == doctest::Approx(5000).epsilon(0.01));
}

TEST_CASE("mclock: one that was served alone owes nothing when others come") {
  bench x{{{0, 0, 1}, {0, 0, 1}}};
  x.busy[1] = false;
  x.run(10s);
  x.busy[1] = true;
  x.run(11s);
  CHECK(x.count(0, 10s, 11s) == doctest::Approx(500).epsilon(0.02));
}

TEST_CASE("mclock: of more reserved than there is, those whose requests wait have parts of what they reserved") {
  bench x{{{1600, 0, 1}, {400, 0, 1}}};
  x.depth = 20'000; // all at once: a tag that would lie in the past begins with now instead, and forgets the deficit
  x.run(10s);
  CHECK(x.count(0, 0s, 10s) == doctest::Approx(8000).epsilon(0.01));
  CHECK(x.count(1, 0s, 10s) == doctest::Approx(2000).epsilon(0.01));
}

TEST_CASE("mclock: a request counts by its size as the device's nameplate has it") {
  // 1 MiB at 3 ms per MiB and 1 ms for any request: a large one costs four small ones.
  bench x{{{0, 0, 1, 0}, {0, 0, 1, 1024 * 1024}}, 3ms};
  x.run(10s);
  CHECK(x.count(0, 0s, 10s) == doctest::Approx(8000).epsilon(0.01));
}
