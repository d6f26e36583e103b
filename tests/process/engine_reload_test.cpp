// Other volumes, backends, limits and groups while clients are connected: nobody is dropped, and all or nothing
// changes.
#include "tests/process/engine_fixture.hpp"

#include <atomic>

using namespace engine_test;
using namespace nbd_bytes;

namespace {

constexpr std::uint16_t read_ = 0, write_ = 1, flush = 3;
constexpr std::uint32_t eperm = 1;

using sentences = std::vector<std::string>;

/// What the server answers to GO for a volume: the type of its first reply.
std::uint64_t reply_to_go(const world& w, std::string_view name) {
  const raw_client c{w.socket()};
  bytes x;
  put(x, 3, 4);
  put(x, option_message(7, export_query(name)));
  REQUIRE(c.send(x));
  const auto reply = c.receive(18 + 20);
  REQUIRE(reply.size() == 38);
  return raw_client::number(reply, 18 + 12, 4);
}

constexpr std::uint64_t reply_info = 3, reply_unknown = 0x80000006;

volume_config volume_on(const std::string& backend, const std::string& name) {
  volume_config x;
  x.name = name;
  x.backend = backend;
  return x;
}

backend_config memory(const std::string& name) {
  backend_config x;
  x.name = name;
  x.size_bytes = 1u << 20;
  return x;
}

bytes flushes(int n) {
  bytes x;
  for (int i = 0; i < n; ++i)
    put(x, request_message(flush, static_cast<std::uint64_t>(i), 0, 0));
  return x;
}

bool waits_now(world& w, std::uint32_t least) {
  for (const auto& x : w.it->collect_samples(monotonic_now(), {}))
    if (x.backlog >= least)
      return true;
  return false;
}

bool waits(world& w, std::uint32_t least) {
  return eventually([&] {
    return waits_now(w, least);
  });
}

/// Sends 200 flushes that a limit of one per second holds up, then reloads; true if they are all answered.
bool set_free_by_reload(world& w, const engine_config& next) {
  const raw_client c{w.socket()};
  c.go("v");
  c.send(flushes(200));
  REQUIRE(waits(w, 150));
  REQUIRE(w.it->reload(next) == sentences{});
  return c.receive(200 * 16).size() == 200 * 16; // at one per second it takes longer than the deadline by far
}

} // namespace

TEST_SUITE_BEGIN("gateways.engine.reload");

TEST_CASE("a changed static limit holds for connected streams at once") {
  world w;
  w.config.volumes[0].fixed.iops = rate{1};
  w.start();
  auto next = w.config;
  next.volumes[0].fixed = {};
  CHECK(set_free_by_reload(w, next));
  next.volumes[0].fixed.iops = rate{7};
  REQUIRE(w.it->reload(next) == sentences{});
  REQUIRE(w.it->streams().size() == 1);
  CHECK(w.it->streams().front().in_force.iops == rate{7});
}

TEST_CASE("changed limits of everything that may write hold for connected streams at once") {
  world w;
  w.config.volumes[0].writes.iops = rate{1};
  w.start();
  auto next = w.config;
  next.volumes[0].writes = {};
  CHECK(set_free_by_reload(w, next));
}

TEST_CASE("an added volume on an added backend is served") {
  world w;
  w.start();
  const raw_client before{w.socket()};
  before.go("v");
  auto next = w.config;
  next.backends.push_back(memory("more"));
  next.volumes.push_back(volume_on("more", "new"));
  CHECK(reply_to_go(w, "new") == reply_unknown);
  REQUIRE(w.it->reload(next) == sentences{});
  const raw_client after{w.socket()};
  after.go("new");
  CHECK(after.ask(write_, 0, 4, 0, bytes(4, std::byte{7})) == 0);
  CHECK(before.ask(flush, 0, 0) == 0);
  CHECK(w.it->volumes().size() == 3);
  CHECK(w.it->backends().size() == 2);
}

TEST_CASE("a removed volume's connections go on until they end, and then its backend is closed") {
  world w;
  w.start();
  auto with_more = w.config;
  with_more.backends.push_back(memory("more"));
  with_more.volumes.push_back(volume_on("more", "new"));
  const auto before = open_descriptors();
  REQUIRE(w.it->reload(with_more) == sentences{});
  raw_client c{w.socket()};
  c.go("new");
  REQUIRE(w.it->reload(w.config) == sentences{});
  CHECK(reply_to_go(w, "new") == reply_unknown);
  CHECK(w.it->volumes().size() == 2);
  CHECK(c.ask(write_, 0, 4, 0, bytes(4, std::byte{7})) == 0);
  throttle x; // the server still has its say about it
  x.stream = {"g", "new", "unix-" + std::to_string(::getuid())};
  x.generation = 1;
  x.lease = 1min;
  x.now.depth = 3;
  CHECK(w.it->apply(x) == "");
  c.close();
  CHECK(eventually([&] {
    (void)w.it->collect_samples(monotonic_now(), {});
    return open_descriptors() == before && w.it->streams().empty();
  }));
  CHECK(w.it->apply(x) == "there is no volume new");
}

TEST_CASE("a volume does not move under its connections, and nothing else changes either") {
  world w;
  w.start();
  raw_client c{w.socket()};
  c.go("slice");
  CHECK(c.ask(write_, 0, 4, 0, bytes(4, std::byte{7})) == 0);
  auto next = w.config;
  next.volumes[1].offset_bytes = 2u << 20;
  next.volumes.push_back(volume_on("disk", "another"));
  const auto problems = w.it->reload(next);
  REQUIRE(problems.size() == 1);
  CHECK(problems.front().find("volume slice: its backend, offset or size changed") == 0);
  CHECK(w.it->volumes().size() == 2);
  c.close();
  REQUIRE(eventually([&] {
    return w.it->reload(next) == sentences{};
  }));
  const raw_client again{w.socket()};
  again.go("slice");
  auto x = request_message(read_, 1, 0, 4);
  REQUIRE(again.send(x));
  CHECK(again.simple_reply().error == 0);
  CHECK(again.receive(4) == bytes(4)); // the slice at 2 MiB, where nobody wrote
  std::uint64_t arrivals = 0;
  for (const auto& s : w.it->collect_samples(monotonic_now(), {}))
    arrivals += s.arrivals;
  CHECK(arrivals == 2); // the write of before the move is in no sample twice, and in one
}

TEST_CASE("what cannot be opened or needs a restart changes nothing") {
  world w;
  w.start();
  auto absent = w.config;
  absent.volumes[0].read_only = true;
  absent.backends.push_back(memory("file"));
  absent.backends.back().kind = backend_kind::file;
  absent.backends.back().path = "/nonexistent/disk";
  CHECK(w.it->reload(absent) == sentences{"backend file: cannot open /nonexistent/disk: No such file or directory"});
  auto other = w.config;
  other.volumes[0].read_only = true;
  other.backends[0].size_bytes *= 2;
  CHECK(w.it->reload(other) == sentences{"backend disk: changed; needs a restart, or another name"});
  auto beyond = w.config;
  beyond.volumes[0].read_only = true;
  beyond.volumes[1].offset_bytes = 1u << 30;
  CHECK(w.it->reload(beyond) == sentences{"volume slice: it ends behind backend disk, which has 134217728 bytes"});
  CHECK_FALSE(w.it->volumes().front().read_only);
  CHECK(engine{w.config}.reload(w.config) == sentences{"the engine does not run"});
}

TEST_CASE("a volume becomes read-only for connections to come") {
  world w;
  w.start();
  const raw_client before{w.socket()};
  before.go("v");
  auto next = w.config;
  next.volumes[0].read_only = true;
  REQUIRE(w.it->reload(next) == sentences{});
  const raw_client after{w.socket()};
  after.go("v");
  const bytes data(4, std::byte{7});
  CHECK(after.ask(write_, 0, 4, 0, data) == eperm);
  CHECK(before.ask(write_, 0, 4, 0, data) == 0);
}

TEST_CASE("a group's limits change, and a removed group holds nobody up") {
  world w;
  auto& all = w.config.groups.emplace_back();
  all.name = "all";
  all.limits.iops = rate{1};
  w.start();
  auto next = w.config;
  SUBCASE("changed") {
    next.groups[0].limits = {};
    CHECK(set_free_by_reload(w, next));
    CHECK(w.it->groups().size() == 1);
  }
  SUBCASE("removed") {
    next.groups.clear();
    CHECK(set_free_by_reload(w, next));
    CHECK(w.it->groups().empty());
  }
  SUBCASE("about other streams") {
    next.groups[0].volume = "slice";
    CHECK(set_free_by_reload(w, next));
    CHECK(w.it->groups().front().streams == 0);
  }
  SUBCASE("replaced below another one") {
    next.groups[0].limits = {};
    next.groups.push_back(next.groups[0]);
    next.groups[1].name = "root";
    next.groups[1].volume = "none";
    next.groups[0].above = "root";
    CHECK(set_free_by_reload(w, next));
    CHECK(w.it->groups().size() == 2);
  }
}

TEST_CASE("an added group holds streams that are connected on its shard") {
  world w;
  w.config.shards = 1;
  w.start();
  const raw_client c{w.socket()};
  c.go("v");
  auto next = w.config;
  auto& all = next.groups.emplace_back();
  all.name = "all";
  all.limits.iops = rate{1};
  REQUIRE(w.it->reload(next) == sentences{});
  CHECK(eventually([&] { // what the shard hears of in the same round as of the group may still pass
    c.send(flushes(50));
    return waits_now(w, 25);
  }));
}

TEST_CASE("groups that come and go are bounded") {
  world w;
  w.start();
  auto next = w.config;
  next.groups.emplace_back().name = "g";
  std::size_t taken = 0;
  for (; taken < 2 * max_groups; ++taken) {
    next.groups[0].volume = "pattern" + std::to_string(taken); // another group each time
    if (!w.it->reload(next).empty())
      break;
  }
  CHECK(taken == max_groups);
  CHECK(w.it->groups().front().config.volume == "pattern" + std::to_string(max_groups - 1));
}

TEST_CASE("many reloads under traffic lose no request and count each once") {
  world w;
  w.start();
  std::atomic<bool> over{false};
  std::atomic<std::uint64_t> asked{0};
  std::vector<std::thread> clients;
  for (const auto* name : {"v", "slice"})
    clients.emplace_back([&, name] {
      for (int round = 0; round < 30; ++round) {
        const raw_client c{w.socket()};
        c.go(name);
        for (int i = 0; i < 20; ++i, ++asked)
          CHECK(c.ask(flush, 0, 0) == 0);
      }
    });
  std::thread reloads{[&] {
    auto next = w.config;
    next.backends.push_back(memory("more"));
    for (std::uint64_t n = 1; !over; ++n) {
      next.volumes = w.config.volumes;
      next.volumes[0].fixed.iops = rate{n % 2 * 1'000'000};
      next.volumes[1].reads.depth = n % 3 != 0 ? 4u : 0u;
      next.backends.resize(1 + n % 2, memory("more"));
      next.groups.resize(n % 2);
      if (n % 2 == 1) {
        next.volumes.push_back(volume_on("more", "new"));
        next.groups[0].name = "all";
        next.groups[0].limits.iops = rate{1'000'000 + n};
      }
      const auto problems = w.it->reload(next);
      if (!problems.empty()) // after max_groups rounds
        CHECK(problems.front().find("groups: with those that were removed") == 0);
      std::this_thread::yield();
    }
  }};
  std::uint64_t arrivals = 0;
  const auto collect = [&] {
    for (const auto& s : w.it->collect_samples(monotonic_now(), {}))
      arrivals += s.arrivals;
  };
  std::thread collecting{[&] {
    while (!over)
      collect();
  }};
  for (auto& x : clients)
    x.join();
  over = true;
  reloads.join();
  collecting.join();
  collect();
  CHECK(asked == 2 * 30 * 20);
  CHECK(arrivals == asked);
}

TEST_SUITE_END();
