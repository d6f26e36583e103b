// The facade: starting, samples, throttles, a lost upstream server.
#include "gateways/engine/registry.hpp"
#include "tests/process/engine_fixture.hpp"

#include <algorithm>
#include <fstream>

using namespace engine_test;
using namespace nbd_bytes;

namespace {

constexpr std::uint16_t read_ = 0, write_ = 1, flush = 3, trim = 4;

constexpr auto registry_tell_interval = registry::tell_interval;

throttle some_throttle(std::uint64_t generation) {
  static const stream_id nobody{"g", "v", "unix-12345"};
  throttle x;
  x.stream = nobody;
  x.stream.client = "unix-" + std::to_string(::getuid());
  x.generation = generation;
  x.lease = 1min;
  return x;
}

std::string start_problem(const std::function<void(world&)>& change) {
  world w;
  change(w);
  return engine{w.config}.start();
}

bool contains(const std::string& text, const std::string& part) {
  CAPTURE(text);
  return text.find(part) != std::string::npos;
}

/// A second engine in front of the first one's volume `v`.
struct chain {
  world upstream;
  world front;

  explicit chain(duration patience = 5s) {
    upstream.start();
    auto& disk = front.config.backends.front();
    disk.kind = backend_kind::nbd;
    disk.uri = "nbd+unix:///v?socket=" + upstream.socket();
    disk.patience = patience;
    front.start();
  }
};

} // namespace

TEST_SUITE_BEGIN("gateways.engine");

TEST_CASE("what is missing at start is one sentence, and nothing runs") {
  CHECK(contains(start_problem([](world& w) {
                   w.config.backends[0].kind = backend_kind::file;
                   w.config.backends[0].path = "/nonexistent/disk";
                 }),
                 "backend disk: cannot open /nonexistent/disk: No such file or directory"));
  CHECK(contains(start_problem([](world& w) {
                   w.config.backends[0].kind = backend_kind::file;
                   w.config.backends[0].path = "/tmp";
                   w.config.backends[0].read_only = true;
                 }),
                 "neither a regular file nor a block device"));
  CHECK(contains(start_problem([](world& w) {
                   w.config.backends[0].kind = backend_kind::nbd;
                   w.config.backends[0].uri = "nbd+unix:///?socket=/nonexistent/socket";
                 }),
                 "backend disk: cannot connect to nbd+unix:///?socket=/nonexistent/socket"));
  CHECK(contains(start_problem([](world& w) {
                   w.config.volumes[0].offset_bytes = 1u << 30;
                 }),
                 "volume v: it ends behind backend disk, which has 134217728 bytes"));
  CHECK(contains(start_problem([](world& w) {
                   w.config.listeners[0].unix_path = "/nonexistent/socket";
                 }),
                 "cannot listen on /nonexistent/socket"));
}

TEST_CASE("a port or path in use is refused, a stale socket is replaced") {
  world w;
  w.config.listeners.emplace_back().port = 0;
  w.start();
  const auto port = w.it->endpoints().at(1).substr(std::string{"nbd://127.0.0.1:"}.size());
  CHECK(contains(start_problem([&](world& other) {
                   other.config.listeners[0].unix_path.clear();
                   other.config.listeners[0].port = static_cast<std::uint16_t>(std::stoi(port));
                 }),
                 "cannot listen on 127.0.0.1:" + port + ": Address already in use"));
  CHECK(contains(start_problem([&](world& other) {
                   other.config.listeners[0].unix_path = w.socket();
                 }),
                 "somebody listens there already"));
  const auto stale = w.directory / "stale";
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, stale.c_str(), stale.size() + 1);
  REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::close(fd);
  CHECK(start_problem([&](world& other) {
          other.config.listeners[0].unix_path = stale;
        }).empty());
}

TEST_CASE("samples say what happened, each thing once") {
  world w;
  w.start();
  const raw_client c{w.socket()};
  c.go("v");
  CHECK(c.ask(write_, 0, 4096, 0, bytes(4096)) == 0);
  CHECK(c.ask(read_, 0, 1024) == 0);
  CHECK(c.receive(1024).size() == 1024);
  CHECK(c.ask(trim, 0, 512) == 0);
  CHECK(c.ask(flush, 0, 0) == 0);
  CHECK(c.ask(99, 0, 0) == 22);
  const auto first = w.it->collect_samples(monotonic_now(), wall_time{5});
  REQUIRE(first.size() == 1);
  const auto& x = first.front();
  CHECK(problem_with(x) == "");
  CHECK(to_string(x.stream) == "g/v/unix-" + std::to_string(::getuid()));
  CHECK(x.backend == "disk");
  CHECK(x.taken == wall_time{5});
  CHECK(x.arrivals == 5);
  CHECK(x.completions == 5);
  CHECK(x.errors == 1);
  CHECK(x.reads == 1);
  CHECK(x.writes == 2);
  CHECK(x.read_bytes == 1024);
  CHECK(x.write_bytes == 4096);
  CHECK(x.backend_latency.count() == 4);
  CHECK(x.total_latency.count() == 5);
  const auto second = w.it->collect_samples(monotonic_now(), {});
  REQUIRE(second.size() == 1);
  CHECK(second.front().sequence == x.sequence + 1);
  CHECK(second.front().arrivals == 0);
}

TEST_CASE("a stream without a connection reports once more and is then silent") {
  world w;
  w.start();
  raw_client c{w.socket()};
  c.go("v");
  CHECK(c.ask(flush, 0, 0) == 0);
  c.close();
  REQUIRE(eventually([&] {
    return w.connections() == 0;
  }));
  const auto last = w.it->collect_samples(monotonic_now(), {});
  REQUIRE(last.size() == 1);
  CHECK(last.front().completions == 1);
  CHECK(w.it->collect_samples(monotonic_now(), {}).empty());
  CHECK(w.it->streams().size() == 1);
}

TEST_CASE("several connections of a client on a volume are one stream with one limit") {
  world w;
  w.config.volumes[0].fixed.iops = rate{200};
  w.start();
  std::vector<raw_client> clients;
  for (int i = 0; i < 4; ++i)
    clients.emplace_back(w.socket()).go("v");
  CHECK(w.it->streams().size() == 1);
  const auto begin = monotonic_now();
  bytes x;
  for (int i = 0; i < 25; ++i)
    put(x, request_message(flush, 1, 0, 0));
  for (const auto& c : clients)
    c.send(x);
  for (const auto& c : clients)
    REQUIRE(c.receive(25 * 16).size() == 400);
  CHECK(monotonic_now() - begin >= 490ms); // 100 requests at 200 per second, less the credit of one
}

TEST_CASE("a throttle holds a stream back at once, also one that connects later, and is released at once") {
  world w;
  w.start();
  auto t = some_throttle(3);
  t.now.iops = rate{1};
  CHECK(w.it->apply(t) == "");
  const raw_client c{w.socket()};
  c.go("v");
  bytes x;
  for (int i = 0; i < 10; ++i)
    put(x, request_message(flush, 1, 0, 0));
  c.send(x);
  CHECK(c.simple_reply().error == 0); // the others would take 9 s
  REQUIRE(eventually([&] {
    const auto all = w.it->collect_samples(monotonic_now(), {});
    return all.size() == 1 && all[0].backlog == 9 && all[0].generation == 3
           && all[0].control == control_state::throttled && all[0].limited_by_rate > 0ns;
  }));
  const auto begin = monotonic_now();
  CHECK(w.it->apply(some_throttle(4)) == "");
  CHECK(c.receive(9 * 16).size() == 9 * 16);
  CHECK(monotonic_now() - begin < 5s); // at one per second: 9 s
}

TEST_CASE("throttles that make no sense here are refused with a sentence") {
  world w;
  w.start();
  CHECK(w.it->apply(some_throttle(5)) == "");
  CHECK(w.it->apply(some_throttle(4)) == "generation 4 is older than 5 in force");
  CHECK(w.it->apply(some_throttle(0)) == "the generation is 0");
  auto x = some_throttle(6);
  x.stream.gateway = "elsewhere";
  CHECK(w.it->apply(x) == "it is for gateway elsewhere, this is g");
  x = some_throttle(6);
  x.stream.volume = "nothing";
  CHECK(w.it->apply(x) == "there is no volume nothing");
}

TEST_CASE("a lease that runs out is reported, and the envelope holds") {
  world w;
  w.start();
  const raw_client c{w.socket()};
  c.go("v");
  auto t = some_throttle(1);
  t.lease = 1s; // the sample below must be taken within it
  t.now.iops = rate{1};
  t.envelope.depth = 7;
  CHECK(w.it->apply(t) == "");
  (void)w.it->collect_samples(monotonic_now(), {});
  CHECK(eventually([&] {
    (void)w.it->collect_samples(monotonic_now(), {});
    return w.happened("lease-expired g/v/unix-");
  }));
  CHECK(w.it->streams().front().control == control_state::envelope);
  CHECK(w.it->streams().front().in_force.depth == 7);
}

TEST_CASE("a change of what is in force is told once, a refresh is not") {
  world w;
  w.start();
  auto x = some_throttle(1);
  x.now.iops = rate{500};
  x.now.depth = 7;
  x.why.rule = throttle_rule::limit;
  REQUIRE(w.it->apply(x) == "");
  REQUIRE(w.it->apply(x) == "");
  (void)w.it->collect_samples(monotonic_now(), {});
  const auto of_stream = "throttle-changed " + to_string(x.stream);
  CHECK(w.happened(of_stream
                   + " state=throttled generation=1 rule=limit iops=500 bytes_per_s=unlimited depth=7 "
                     "lease_ms="));
  const auto told = [&] {
    const std::lock_guard lock{w.mutex};
    return std::count_if(w.events.begin(), w.events.end(), [](const std::string& event) {
      return event.find("throttle-changed") == 0;
    });
  };
  CHECK(told() == 1);
  const auto later = monotonic_now() + registry_tell_interval;
  x.generation = 2; // the same allowance: what is in force is as it was
  REQUIRE(w.it->apply(x) == "");
  (void)w.it->collect_samples(later, {});
  CHECK(told() == 1);
  for (auto iops : {400u, 300u}) { // two changes, told together as it is then
    ++x.generation;
    x.now.iops = rate{iops};
    REQUIRE(w.it->apply(x) == "");
  }
  (void)w.it->collect_samples(later + registry_tell_interval, {});
  CHECK(told() == 2);
  CHECK(w.happened("generation=4 rule=limit iops=300"));
  CHECK(w.happened("changes=2"));
}

TEST_CASE("groups that come, change and go are told") {
  world w;
  w.start();
  group_config all;
  all.name = "all";
  all.limits.iops = rate{100};
  REQUIRE(w.it->set_group(all) == "");
  CHECK(w.happened("group-changed all what=added iops=100 bytes_per_s=unlimited depth=unlimited weight=1"));
  auto next = w.config;
  next.groups.push_back(all);
  next.groups[0].weight = 3;
  REQUIRE(w.it->reload(next).empty());
  CHECK(w.happened("group-changed all what=changed iops=100 bytes_per_s=unlimited depth=unlimited weight=3"));
  REQUIRE(w.it->reload(w.config).empty());
  CHECK(w.happened("group-changed all what=removed"));
}

TEST_CASE("streams are bounded, the longest unused goes first") {
  world w;
  w.config.max_streams = 2;
  w.start();
  for (int i = 0; i < 5; ++i) {
    auto t = some_throttle(1);
    t.stream.client = "client-" + std::to_string(i);
    CHECK(w.it->apply(t) == "");
  }
  const auto streams = w.it->streams();
  REQUIRE(streams.size() == 2);
  CHECK(streams[0].id.client == "client-3");
  CHECK(streams[1].id.client == "client-4");
}

TEST_CASE("a stream is forgotten when it was not used for long enough and its lease is over") {
  world w;
  w.config.keep_stream = 1s;
  w.start();
  auto t = some_throttle(1);
  t.lease = 1ms;
  CHECK(w.it->apply(t) == "");
  const auto now = monotonic_now();
  (void)w.it->collect_samples(now + 500ms, {});
  CHECK(w.it->streams().size() == 1);
  (void)w.it->collect_samples(now + 2s, {});
  CHECK(w.it->streams().empty());
}

TEST_CASE("an upstream server that is restarted costs no request") {
  chain x;
  const raw_client c{x.front.socket()};
  c.go("v");
  CHECK(c.ask(write_, 0, 4, 0, bytes(4, std::byte{9})) == 0);
  CHECK(x.front.it->backends().front().reachable);
  x.upstream.it->stop();
  REQUIRE(eventually([&] {
    return !x.front.it->backends().front().reachable;
  }));
  c.send(request_message(read_, 1, 4096, 4));
  x.upstream.start();
  CHECK(c.simple_reply().error == 0);
  CHECK(c.receive(4).size() == 4);
  CHECK(x.front.happened("upstream-lost disk"));
  CHECK(x.front.happened("upstream-back disk"));
}

TEST_CASE("a request waits for a lost upstream server no longer than its patience") {
  chain x{100ms};
  const raw_client c{x.front.socket()};
  c.go("v");
  x.upstream.it->stop();
  CHECK(c.ask(flush, 0, 0) == 5);
  x.upstream.start();
  REQUIRE(eventually([&] {
    return x.front.it->backends().front().reachable;
  }));
  CHECK(c.ask(flush, 0, 0) == 0);
}

TEST_CASE("an upstream server that comes back smaller is not accepted") {
  chain x{100ms};
  x.upstream.it->stop();
  x.upstream.config.backends.front().size_bytes = 64u << 20;
  x.upstream.start();
  const raw_client c{x.front.socket()};
  c.go("v");
  CHECK(c.ask(flush, 0, 0) == 5);
  CHECK_FALSE(x.front.it->backends().front().reachable);
}

TEST_CASE("a file keeps what was written, through the pool as well") {
  world w;
  const auto path = w.directory / "disk";
  std::ofstream{path} << std::string(1u << 20, 'x');
  w.config.backends[0].kind = backend_kind::file;
  w.config.backends[0].path = path;
  w.config.volumes.pop_back();
  w.start();
  const raw_client c{w.socket()};
  c.go(""); // the only volume is the default export
  CHECK(c.ask(write_, 100, 300'000, 1, bytes(300'000, std::byte{'y'})) == 0);
  CHECK(c.ask(flush, 0, 0) == 0);
  w.it->stop();
  std::ifstream file{path};
  const std::string content{std::istreambuf_iterator<char>{file}, {}};
  CHECK(content == std::string(100, 'x') + std::string(300'000, 'y') + std::string((1u << 20) - 300'100, 'x'));
}

TEST_SUITE_END();
