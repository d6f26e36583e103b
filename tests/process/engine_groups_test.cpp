// Limits that streams share, over real sockets: who goes first is judged by the order of answers, never by tight times.
#include "tests/process/engine_fixture.hpp"

using namespace engine_test;
using namespace nbd_bytes;

namespace {

constexpr std::uint16_t read_ = 0, write_ = 1, flush = 3;

group_config group_of(const std::string& name, std::uint64_t iops) {
  group_config x;
  x.name = name;
  x.limits.iops = rate{iops};
  return x;
}

bytes requests(std::uint16_t type, int n) {
  bytes x;
  for (int i = 0; i < n; ++i)
    put(x, request_message(type, static_cast<std::uint64_t>(i), 0, type == flush ? 0 : 512));
  return x;
}

/// Answers that are there now, without waiting.
int answers_now(const raw_client& c, int most) {
  int n = 0;
  for (; n < most; ++n) {
    pollfd wait{c.descriptor(), POLLIN, 0};
    if (::poll(&wait, 1, 0) != 1)
      break;
    (void)c.simple_reply();
  }
  return n;
}

std::uint32_t backlog_of(world& w, const std::string& volume) {
  for (const auto& x : w.it->collect_samples(monotonic_now(), {}))
    if (x.stream.volume == volume)
      return x.backlog;
  return 0;
}

} // namespace

TEST_SUITE_BEGIN("gateways.engine.groups");

TEST_CASE("streams of a group have one limit together, on however many shards") {
  world w;
  w.config.shards = 4;
  w.config.groups.push_back(group_of("all", 200));
  w.start();
  std::vector<raw_client> clients;
  for (const auto* volume : {"v", "slice", "v", "slice"})
    clients.emplace_back(w.socket()).go(volume);
  REQUIRE(w.it->groups().size() == 1);
  CHECK(w.it->groups().front().streams == 2);
  const auto begin = monotonic_now();
  for (const auto& c : clients)
    c.send(requests(flush, 25));
  for (const auto& c : clients)
    REQUIRE(c.receive(25 * 16).size() == 400);
  CHECK(monotonic_now() - begin >= 490ms); // 100 requests at 200 per second, less the credit of one
}

TEST_CASE("a stream that asks for little does not wait behind one that asks for much") {
  world w;
  w.config.groups.push_back(group_of("all", 1));
  w.start();
  const raw_client much{w.socket()}, little{w.socket()};
  much.go("v");
  little.go("slice");
  much.send(requests(flush, 401));
  REQUIRE(eventually([&] {
    return backlog_of(w, "v") >= 380;
  }));
  little.send(requests(flush, 20));
  REQUIRE(eventually([&] {
    return backlog_of(w, "slice") >= 15;
  }));
  CHECK(w.it->set_group(group_of("all", 400)) == "");
  CHECK(much.receive(40 * 16).size() == 640);
  CHECK(answers_now(little, 20) == 20); // one of each in turn; in the order of arrival it would have none
  CHECK(w.it->set_group(group_of("all", 0)) == "");
  CHECK(much.receive(361 * 16).size() == 361 * 16);
}

TEST_CASE("weights divide a shared limit") {
  world w;
  w.config.groups.push_back(group_of("all", 1));
  w.config.volumes[1].weight = 4;
  w.start();
  const raw_client light{w.socket()}, heavy{w.socket()};
  light.go("v");
  heavy.go("slice");
  light.send(requests(flush, 300));
  heavy.send(requests(flush, 200));
  REQUIRE(eventually([&] {
    std::uint32_t n = 0;
    for (const auto& x : w.it->collect_samples(monotonic_now(), {}))
      n += x.backlog;
    return n >= 480;
  }));
  CHECK(w.it->set_group(group_of("all", 1000)) == "");
  CHECK(light.receive(50 * 16).size() == 800);
  CHECK(answers_now(heavy, 200) >= 120); // four for each one, but for the first ones; equals would have 50
}

TEST_CASE("reads wait for the limit of reads, writes do not") {
  world w;
  auto reads = group_of("reads", 1);
  reads.operations = group_operations::reads;
  w.config.groups.push_back(reads);
  w.start();
  const raw_client reader{w.socket()}, writer{w.socket()}; // one stream
  reader.go("v");
  writer.go("v");
  reader.send(requests(read_, 60)); // a minute
  CHECK(reader.simple_reply().error == 0);
  for (int i = 0; i < 20; ++i)
    CHECK(writer.ask(write_, 4096, 512, 0, bytes(512)) == 0);
  CHECK(backlog_of(w, "v") > 0);
}

TEST_CASE("a group that is added takes in the streams of its shard at once") {
  world w;
  w.config.shards = 1;
  w.start();
  const raw_client c{w.socket()};
  c.go("v");
  CHECK(c.ask(flush, 0, 0) == 0);
  CHECK(w.it->set_group(group_of("new", 1)) == "");
  CHECK(w.it->groups().front().streams == 1);
  std::size_t sent = 0; // the shard is told, so the first ones may still pass
  REQUIRE(eventually([&] {
    c.send(requests(flush, 1));
    ++sent;
    return backlog_of(w, "v") >= 5;
  }));
  CHECK(w.it->set_group(group_of("new", 0)) == "");
  CHECK(c.receive(sent * 16).size() == sent * 16);
}

TEST_CASE("a group that is added takes in streams elsewhere when they connect again") {
  world w;
  w.start();
  // Without the stream of `slice`, connected first, the group would be made where `v` is.
  const raw_client other{w.socket()};
  other.go("slice");
  auto below = group_of("above", 0);
  below.volume = "slice";
  CHECK(w.it->set_group(below) == "");
  {
    const raw_client c{w.socket()};
    c.go("v");
    auto late = group_of("late", 1);
    late.above = "above";
    late.volume = "v";
    CHECK(w.it->set_group(late) == "");
    c.send(requests(flush, 50));
    CHECK(c.receive(50 * 16).size() == 800);
    CHECK(w.it->groups().back().streams == 0);
  }
  REQUIRE(eventually([&] {
    return w.connections() == 1;
  }));
  const raw_client c{w.socket()}; // at once, before what it did until then is in a sample
  c.go("v");
  CHECK(w.it->groups().back().streams == 1);
  std::uint64_t arrivals = 0, last_sequence = 0;
  for (const auto& x : w.it->collect_samples(monotonic_now(), {}))
    if (x.stream.volume == "v") {
      arrivals += x.arrivals;
      CHECK(x.sequence > last_sequence);
      last_sequence = x.sequence;
    }
  CHECK(arrivals == 50);
  c.send(requests(flush, 5));
  CHECK(c.simple_reply().error == 0);
  REQUIRE(eventually([&] {
    return backlog_of(w, "v") >= 2;
  }));
  auto late = group_of("late", 0);
  late.above = "above";
  late.volume = "v";
  CHECK(w.it->set_group(late) == "");
  CHECK(c.receive(4 * 16).size() == 64);
}

TEST_CASE("clients of a group that vanish while they wait hurt nobody") {
  world w;
  w.config.groups.push_back(group_of("all", 50));
  w.start();
  const raw_client stays{w.socket()};
  stays.go("v");
  for (int i = 0; i < 50; ++i) {
    raw_client gone{w.socket()};
    gone.go(i % 2 == 0 ? "slice" : "v");
    gone.send(requests(flush, 30));
  }
  CHECK(stays.ask(flush, 0, 0) == 0);
  CHECK(eventually([&] {
    return w.connections() == 1;
  }));
}

TEST_CASE("a configuration with groups that make no sense is refused") {
  world w;
  w.config.groups.push_back(group_of("a", 1));
  w.config.groups.back().above = "nobody";
  const auto problems = check(w.config);
  REQUIRE(problems.size() == 1);
  CHECK(problems.front() == "group a: there is no group nobody");
}

TEST_SUITE_END();
