// The oracle: says nothing of an honest controller, and finds each of those that break an invariant.
#include "tests/sim/test/sim_fixture.hpp"

#include <algorithm>
#include <map>

using namespace sluice;
using namespace sluice::sim;
using namespace std::chrono_literals;

namespace {

/// Sends each stream it hears of the same allowance every second.
class stubborn : public controller {
public:
  void establish(const established&, instant, wall_time) override {}
  void take(std::uint64_t, const sample& x, instant) override {
    streams_[x.stream] = std::max(streams_[x.stream], x.generation);
  }
  controller_output tick(instant now, wall_time label) override {
    out_.clear();
    status_ = {{"disk", capacity, 0, 0, 0, 0, 0, duration{0}, false}};
    if (now - sent_ >= 900ms) {
      sent_ = now;
      for (auto& [id, generation] : streams_)
        out_.push_back(order(id, ++generation, label));
    }
    return {out_, {}, {}, status_, 0};
  }

protected:
  virtual allowance decide(const stream_id& id, wall_time label) = 0;
  std::uint64_t capacity = 0;

private:
  throttle order(const stream_id& id, std::uint64_t generation, wall_time label) {
    throttle x;
    x.stream = id;
    x.generation = generation;
    x.lease = 2s;
    x.now = decide(id, label);
    x.envelope.depth = 64;
    x.why.rule = throttle_rule::share;
    return x;
  }
  std::map<stream_id, std::uint64_t> streams_;
  std::vector<throttle> out_;
  std::vector<backend_status> status_;
  instant sent_{-1s};
};

struct starves_the_promised final : stubborn {
  allowance decide(const stream_id& id, wall_time) override {
    allowance x;
    x.iops = rate{id.volume == "oltp" ? 100u : 5000u};
    return x;
  }
};

struct keeps_the_device_idle final : stubborn {
  allowance decide(const stream_id&, wall_time) override {
    allowance x;
    x.depth = 2; // of eight servers, four work
    return x;
  }
};

struct hands_out_too_much final : stubborn {
  hands_out_too_much() {
    capacity = 2000;
  }
  allowance decide(const stream_id&, wall_time) override {
    allowance x;
    x.iops = rate{3500};
    return x;
  }
};

struct reads_the_wall_clock final : stubborn {
  allowance decide(const stream_id&, wall_time label) override {
    allowance x;
    x.depth = label.unix_us / 3'600'000'000 % 2 == 0 ? 60 : 61;
    return x;
  }
};

template<class T>
controller_kind kind_of(std::string_view name) {
  return {name, "for a test", [](const control_policy&) -> std::unique_ptr<controller> {
            return std::make_unique<T>();
          }};
}

bool finds(const run_judgement& x, int invariant) {
  return std::any_of(x.seeds.front().violations.begin(), x.seeds.front().violations.end(), [&](const violation& v) {
    return v.invariant == invariant;
  });
}

run_judgement judged(const std::string& text, const controller_kind& kind) {
  judging_options options;
  options.kind = &kind;
  return judge_scenario(read_good(text), options);
}

} // namespace

TEST_CASE("nothing is said of a controller that keeps to the invariants") {
  const auto x = judged(small_scenario, *find_controller("sluice"));
  CHECK(x.seeds.front().violated == 0);
  CHECK(x.held);
}

TEST_CASE("invariant 5: a promise that is not kept though nothing else is in the way") {
  const auto x = judged(small_scenario, kind_of<starves_the_promised>("starver"));
  CHECK(finds(x, 5));
  CHECK_FALSE(x.held);
}

TEST_CASE("invariant 6: a lease that ran out, and a throttle that is not in force") {
  const auto what = read_good(small_scenario);
  simulation sim;
  request_pool requests;
  struct nobody final : reply_sink {
    void replied(request_number) override {}
  } replies;
  device disk{sim, requests, what.backends.front(), chance{1, 1}, chance{1, 2}};
  gateway_stream stream{sim, requests, disk, replies, what.streams.front(), 0, allowance{}};
  gateway_stream other{sim, requests, disk, replies, what.streams.back(), 1, allowance{}};
  oracle o{what, sim, {&stream, &other}, {&disk}};
  o.check({});
  CHECK(o.count() == 0);
  throttle never_arrived;
  never_arrived.stream = what.streams.front().id;
  never_arrived.generation = 1;
  never_arrived.lease = 2s;
  never_arrived.now.depth = 3;
  o.applied(0, never_arrived);
  o.check({});
  REQUIRE(o.count() == 1);
  CHECK(o.violations().front().invariant == 6);
}

TEST_CASE("invariant 7: more is handed out than the backend gives, or it stands idle") {
  CHECK(finds(judged(small_scenario, kind_of<hands_out_too_much>("giver")), 7));
  CHECK(finds(judged(small_scenario, kind_of<keeps_the_device_idle>("keeper")), 7));
}

TEST_CASE("invariant 8: a controller that reads the wall clock") {
  const auto text = std::string{small_scenario} + "faults: [{ at: 1s, fault: clock, forward: 1h }]\n";
  CHECK(finds(judged(text, kind_of<reads_the_wall_clock>("reader")), 8));
  CHECK_FALSE(finds(judged(text, *find_controller("sluice")), 8));
}

TEST_CASE("the same seed gives the same trace, another seed another one") {
  const auto what = read_good(small_scenario);
  const auto* kind = find_controller("sluice");
  CHECK(run_once(what, 1, kind).hash == run_once(what, 1, kind).hash);
  CHECK(run_once(what, 1, kind).hash != run_once(what, 2, kind).hash);
  CHECK(run_once(what, 1, kind).hash != run_once(what, 1).hash);
}
