// Clients that misbehave, or are just many: nobody else notices, and nothing is left behind.
#include "gateways/engine/pending_request.hpp"
#include "tests/process/engine_fixture.hpp"

#include <cerrno>
#include <sys/resource.h>

using namespace engine_test;
using namespace nbd_bytes;

namespace {

constexpr std::uint16_t read_ = 0, write_ = 1, disc = 2, flush = 3;

bytes many_reads(int count, std::uint32_t length) {
  bytes x;
  for (int i = 0; i < count; ++i)
    put(x, request_message(read_, static_cast<std::uint64_t>(i), 0, length));
  return x;
}

/// A world whose volume lets through 100 requests per second: requests are in the line when the client leaves.
struct slow_world : world {
  slow_world() {
    config.volumes[0].fixed.iops = rate{100};
  }
};

} // namespace

TEST_SUITE_BEGIN("gateways.abuse");

TEST_CASE("DISC with requests in flight: all are answered, then the connection closes") {
  slow_world w;
  w.start();
  const raw_client c{w.socket()};
  c.go("v");
  auto x = many_reads(20, 4);
  c.send(put(x, request_message(disc, 0, 0, 0)));
  CHECK(c.receive(20 * 20).size() == 400);
  CHECK(c.closed());
}

TEST_CASE("a half-closed client gets all its answers") {
  slow_world w;
  w.start();
  const raw_client c{w.socket()};
  c.go("v");
  c.send(many_reads(20, 4));
  c.half_close();
  CHECK(c.receive(20 * 20).size() == 400);
  CHECK(c.closed());
}

TEST_CASE("1,000 abrupt disconnects in every phase leave no descriptor, connection or request behind") {
  slow_world w;
  w.start();
  const raw_client bystander{w.socket()};
  bystander.go("slice");
  const auto before = open_descriptors();
  for (int i = 0; i < 1000; ++i) {
    raw_client c{w.socket()};
    if (i % 4 == 0)
      continue; // in the handshake
    c.go("v");
    if (i % 4 == 1)
      c.send(many_reads(10, 300'000)); // in the line, and in the pool
    if (i % 4 == 2)
      c.send(request_message(write_, 1, 0, 1u << 20)); // in the middle of a payload
    if (i % 4 == 3)
      c.send(bytes(27, std::byte{1})); // in the middle of a request
  }
  CHECK(eventually([&] {
    return w.connections() == 1 && open_descriptors() == before;
  }));
  CHECK(bystander.ask(flush, 0, 0) == 0);
  for (const auto& x : w.it->collect_samples(monotonic_now(), {})) {
    CHECK(x.backlog == 0);
    CHECK(x.in_flight == 0);
  }
}

TEST_CASE("a client that does not read is not read from, and nobody else waits") {
  world w;
  w.config.shards = 1;
  w.start();
  const raw_client slow{w.socket()};
  slow.go("v");
  constexpr int count = 600; // 150 MiB of answers, more than its window
  std::thread sender([&slow] {
    slow.send(many_reads(count, 256u << 10));
  });
  const raw_client other{w.socket()};
  other.go("slice");
  for (int i = 0; i < 100; ++i)
    CHECK(other.ask(flush, 0, 0) == 0);
  std::uint64_t arrived = 0;
  for (const auto& x : w.it->collect_samples(monotonic_now(), {}))
    if (x.stream.volume == "v")
      arrived = x.arrivals;
  CHECK(arrived <= 512);
  for (int i = 0; i < count; ++i) {
    REQUIRE(slow.simple_reply().error == 0);
    REQUIRE(slow.receive(256u << 10).size() == 256u << 10);
  }
  sender.join();
}

TEST_CASE("clients that wait for their rate with all that they may send do not keep another stream waiting") {
  world w;
  w.config.shards = 1;
  w.config.volumes[0].fixed.iops = rate{1};
  w.start();
  std::vector<std::unique_ptr<raw_client>> hogs; // 24 windows: more requests than the shard has objects
  for (int i = 0; i < 24; ++i) {
    hogs.push_back(std::make_unique<raw_client>(w.socket()));
    hogs.back()->go("v");
    hogs.back()->send(many_reads(600, 4));
  }
  const auto waiting = [&] {
    std::uint64_t result = 0;
    for (const auto& x : w.it->collect_samples(monotonic_now(), {}))
      result += x.stream.volume == "v" ? x.backlog : 0;
    return result;
  };
  CHECK(eventually([&] { // as much as is taken of a stream
    return waiting() >= request_pool::max_requests / 4 - 2;
  }));
  const raw_client other{w.socket()};
  other.go("slice");
  for (int i = 0; i < 100; ++i)
    CHECK(other.ask(flush, 0, 0) == 0);
  other.send(many_reads(200, 4));
  CHECK(other.receive(200 * 20).size() == 4000);
  const raw_client late{
      w.socket()}; // of the stream that waits, too, a connection without a request has its first one taken
  late.go("v");
  CHECK(late.ask(99, 0, 0) == EINVAL);
}

TEST_CASE("500 connections at once are all served") {
  constexpr int count = 500;
  rlimit files{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &files) == 0);
  files.rlim_cur = files.rlim_max; // both ends are in this process
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &files) == 0);
  REQUIRE(files.rlim_cur > 2 * count + 100);
  world w;
  w.config.max_client_connections = count;
  w.start();
  std::vector<raw_client> clients;
  for (int i = 0; i < count; ++i)
    clients.emplace_back(w.socket());
  for (std::size_t i = 0; i < clients.size(); ++i)
    clients[i].go(i % 2 == 0 ? "v" : "slice");
  for (const auto& c : clients)
    c.send(request_message(flush, 9, 0, 0));
  for (const auto& c : clients)
    CHECK(c.simple_reply().cookie == 9);
  CHECK(w.connections() == count);
}

TEST_CASE("beyond the bounds on connections a client is refused and the others stay") {
  world w;
  w.config.max_connections = 3;
  w.config.max_client_connections = 2;
  w.start();
  const raw_client a{w.socket()};
  const raw_client b{w.socket()};
  a.go("v");
  b.go("slice");
  const raw_client third{w.socket()};
  bytes x;
  put(x, 3, 4);
  third.send(put(x, option_message(7, export_query("v"))));
  CHECK(third.receive(18 + 32).size() == 50);
  CHECK(raw_client::number(third.receive(20), 12, 4) == 0x80000002); // policy
  const raw_client fourth{w.socket()};
  CHECK(fourth.closed());
  CHECK(a.ask(flush, 0, 0) == 0);
  CHECK(w.happened("too many connections of this client"));
}

TEST_CASE("a client that chooses no volume in time is dropped") {
  world w;
  w.config.handshake_time = 100ms;
  w.start();
  const raw_client idle{w.socket()};
  const raw_client chosen{w.socket()};
  chosen.go("v");
  CHECK(idle.receive(18).size() == 18);
  CHECK(idle.closed());
  CHECK(chosen.ask(flush, 0, 0) == 0);
}

TEST_CASE("stop() answers what is in flight and then closes") {
  slow_world w;
  w.start();
  const raw_client c{w.socket()};
  c.go("v");
  c.send(many_reads(20, 4)); // 200 ms
  REQUIRE(eventually([&] {
    const auto all = w.it->collect_samples(monotonic_now(), {});
    return !all.empty() && all.front().backlog > 0;
  }));
  w.it->stop();
  CHECK(c.receive(20 * 20).size() == 400);
  CHECK(c.closed());
}

TEST_CASE("stop() waits no longer than its drain time") {
  slow_world w;
  w.config.drain_time = 100ms;
  w.start();
  const raw_client c{w.socket()};
  c.go("v");
  c.send(many_reads(400, 4)); // 4 s
  REQUIRE(eventually([&] {
    return w.it->collect_samples(monotonic_now(), {}).size() == 1;
  }));
  const auto begin = monotonic_now();
  w.it->stop();
  CHECK(monotonic_now() - begin < 3s); // not the 4 s that are left
}

TEST_SUITE_END();
