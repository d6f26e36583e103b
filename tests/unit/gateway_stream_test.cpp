// A stream between a test that plays connections and a backend that answers when told: no socket, no thread, no clock.
#include "gateways/engine/stream.hpp"

#include <deque>
#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::gateway;
using namespace std::chrono_literals;

namespace {

struct held_backend final : backend {
  std::string open() override {
    return {};
  }
  void close() override {}
  const backend_traits& traits() const override {
    return traits_;
  }
  bool submit(io_request& x) override {
    submitted.push_back(&x);
    return false;
  }
  backend_traits traits_;
  std::deque<io_request*> submitted;
};

struct client final : request_owner {
  void done(pending_request& x) override {
    answered.push_back(&x);
  }
  std::vector<pending_request*> answered;
};

struct world {
  held_backend storage;
  volume target;
  request_queue answers;
  wake_queue wakes;
  stream flow;
  std::deque<pending_request> requests;
  client somebody;

  explicit world(const allowance& fixed = {}, std::uint64_t offset = 0)
      : target{slice(fixed, offset), &storage, {}}, flow(target, answers, wakes) {}

  static volume_config slice(const allowance& fixed, std::uint64_t offset) {
    volume_config x;
    x.offset_bytes = offset;
    x.size_bytes = 1 << 20;
    x.fixed = fixed;
    return x;
  }

  pending_request& arrive(instant now, client& from, std::uint32_t length = 4096) {
    auto& x = requests.emplace_back();
    x.wire.length = length;
    x.owner = &from;
    x.received = now;
    flow.arrive(x, now);
    return x;
  }
  /// The backend answers its oldest request.
  void answer(instant now) {
    auto& x = static_cast<pending_request&>(*storage.submitted.front());
    storage.submitted.pop_front();
    flow.returned(x, now);
  }
};

allowance with_iops(std::uint64_t x) {
  allowance result;
  result.iops = rate{x};
  return result;
}

} // namespace

TEST_SUITE_BEGIN("gateways.engine.stream");

TEST_CASE("a request goes to its place in the backend and comes back to its owner") {
  world w{{}, 65'536};
  auto& x = w.arrive(0s, w.somebody);
  REQUIRE(w.storage.submitted.size() == 1);
  CHECK(w.storage.submitted.front()->offset == 65'536);
  CHECK(w.storage.submitted.front()->length == 4096);
  w.answer(1ms);
  CHECK(w.somebody.answered == std::vector<pending_request*>{&x});
}

TEST_CASE("a request for nothing needs no backend") {
  world w;
  w.arrive(0s, w.somebody, 0);
  CHECK(w.storage.submitted.empty());
  CHECK(w.somebody.answered.size() == 1);
}

TEST_CASE("beyond its rate a stream waits in order, and is woken when the next may go") {
  world w{with_iops(1000)};
  for (int i = 0; i < 5; ++i)
    w.arrive(0s, w.somebody);
  CHECK(w.storage.submitted.size() == 3); // the credit of 2 ms, and one
  CHECK(w.flow.counters.backlog.get() == 2);
  REQUIRE(w.wakes.first() == &w.flow);
  CHECK(w.flow.due() == 1ms);
  w.flow.pump(1ms);
  CHECK(w.storage.submitted.size() == 4);
  CHECK(w.storage.submitted.back() == &w.requests[3]);
  w.flow.pump(2ms);
  CHECK(w.storage.submitted.size() == 5);
  CHECK(w.wakes.first() == nullptr);
}

TEST_CASE("beyond its depth a stream waits for an answer") {
  allowance fixed;
  fixed.depth = 2;
  world w{fixed};
  for (int i = 0; i < 3; ++i)
    w.arrive(0s, w.somebody);
  CHECK(w.storage.submitted.size() == 2);
  CHECK(w.wakes.first() == nullptr);
  w.answer(1ms);
  CHECK(w.storage.submitted.size() == 2);
  CHECK(w.flow.counters.depth_ns.get() == 1'000'000);
}

TEST_CASE("a throttle holds and releases what waits already") {
  world w{with_iops(1000)};
  for (int i = 0; i < 10; ++i)
    w.arrive(0s, w.somebody);
  throttle t;
  t.stream = {"g", "v", "c"};
  t.generation = 1;
  t.lease = 1s;
  t.now.depth = 100;
  stream_control control;
  REQUIRE(control.accept(t, 0s).empty());
  w.flow.obey(control, 0s);
  CHECK(w.storage.submitted.size() == 10);
}

TEST_CASE("a lease that runs out is noticed although no request arrives") {
  world w;
  throttle t;
  t.stream = {"g", "v", "c"};
  t.generation = 1;
  t.lease = 2s;
  t.now.depth = 1;
  t.envelope.depth = 3;
  stream_control control;
  REQUIRE(control.accept(t, 0s).empty());
  w.flow.obey(control, 0s);
  for (int i = 0; i < 5; ++i)
    w.arrive(0s, w.somebody);
  CHECK(w.storage.submitted.size() == 1);
  REQUIRE(w.wakes.first() == &w.flow);
  CHECK(w.flow.due() == 2s);
  w.flow.pump(2s);
  CHECK(w.storage.submitted.size() == 3);
}

TEST_CASE("who goes away takes only its own waiting requests along") {
  allowance fixed;
  fixed.depth = 1;
  world w{fixed};
  client other;
  w.arrive(0s, w.somebody);
  w.arrive(0s, other);
  w.arrive(0s, w.somebody);
  std::vector<pending_request*> dropped;
  w.flow.forget(w.somebody, 0s, [&](pending_request& x) {
    dropped.push_back(&x);
  });
  CHECK(dropped == std::vector<pending_request*>{&w.requests[2]});
  CHECK(w.flow.counters.backlog.get() == 1);
  w.answer(1ms);
  CHECK(w.storage.submitted.front() == &w.requests[1]);
}

TEST_CASE("the time in the line is ours and not the backend's") {
  world w{with_iops(1000)};
  for (int i = 0; i < 4; ++i)
    w.arrive(0s, w.somebody);
  for (int i = 0; i < 3; ++i)
    w.answer(500us);
  w.flow.pump(1ms);
  w.answer(1500us); // waited 1 ms, took 0.5 ms
  CHECK(w.flow.counters.at_backend.sum_ns.get() == 4 * 500'000);
  CHECK(w.flow.counters.in_all.sum_ns.get() == 3 * 500'000 + 1'500'000);
  CHECK(w.flow.counters.rate_ns.get() == 1'000'000);
}

TEST_SUITE_END();
