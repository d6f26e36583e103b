// Upstream NBD servers that talk nonsense, come back different, or stay away: what clients of the gateway see of it.
#include "gateways/backend/upstream_traits.hpp"
#include "tests/process/nonsense_server.hpp"

#include <optional>

using namespace engine_test;
using namespace nbd_bytes;

namespace {

constexpr std::uint16_t read_ = 0, write_ = 1, flush = 3;
constexpr std::uint64_t disk_bytes = 128u << 20;

bytes simple(std::uint32_t magic, std::uint32_t error, std::uint64_t cookie) {
  bytes x;
  return put(put(put(x, magic, 4), error, 4), cookie, 8);
}

bytes chunk(std::uint16_t flags, std::uint16_t type, std::uint32_t length, const bytes& payload) {
  bytes x;
  return put(put(put(put(put(put(x, 0x668e33ef, 4), flags, 2), type, 2), 0, 8), length, 4), payload);
}

/// A gateway in front of whatever listens at `path`, started when that does.
struct front : world {
  std::string path = directory / "upstream";

  explicit front(duration patience, std::uint32_t connections = 1) {
    auto& disk = config.backends.front();
    disk.kind = backend_kind::nbd;
    disk.uri = "nbd+unix:///v?socket=" + path;
    disk.patience = patience;
    disk.connections = connections;
  }
};

/// The upstream server, as it should be.
struct upstream : world {
  explicit upstream(const std::string& path) {
    config.listeners.front().unix_path = path;
    start();
  }
};

} // namespace

TEST_SUITE_BEGIN("gateways.upstream");

TEST_CASE("a server that greets with nonsense is refused at start") {
  front w{1s};
  const nonsense_server nonsense{w.path, disk_bytes, {}, bytes(64, std::byte{'z'})};
  CHECK(engine{w.config}.start().find("backend disk: cannot connect to nbd+unix:///v?socket=" + w.path + ": ") == 0);
}

TEST_CASE("answers that are nonsense fail the request in time, and with a proper server all is well again") {
  bytes elsewhere;
  put(put(elsewhere, 1u << 30, 8), 7, 4);
  const std::vector<nonsense_server::reply> kinds{
      {simple(0x12345678, 0, 0), 8},                         // not a reply at all
      {simple(0x67446698, 0, 0x5eed5eed5eed5eed), SIZE_MAX}, // to a request that nobody sent
      {chunk(1, 1, 0xffffffff, bytes(64)), 8},               // a chunk of 4 GiB
      {chunk(1, 1, 8, bytes(8)), 8},                         // data of no length
      {chunk(1, 1, 12, elsewhere), 8},                       // data for where nothing was asked
      {chunk(1, 0x7777, 4, bytes(4)), 8},                    // a chunk of no known type
  };
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    CAPTURE(i);
    front w{300ms};
    std::optional<nonsense_server> nonsense;
    nonsense.emplace(w.path, disk_bytes, kinds[i]);
    w.start();
    const raw_client c{w.socket()};
    c.go("v");
    CHECK(c.ask(read_, 0, 4096) == 5);
    CHECK(nonsense->requests() > 0);
    nonsense.reset();
    const upstream proper{w.path};
    CHECK(eventually([&] { // until the link has tried again, requests fail for want of patience
      const auto error = c.ask(read_, 4096, 4096);
      if (error == 0)
        CHECK(c.receive(4096) == bytes(4096));
      return error == 0;
    }));
  }
}

TEST_CASE("errors of the upstream server are its clients' errors") {
  front w{20s};
  const nonsense_server refusing{w.path, disk_bytes, {simple(0x67446698, 28, 0), 8}}; // ENOSPC
  w.start();
  const raw_client c{w.socket()};
  c.go("v");
  CHECK(c.ask(write_, 0, 4096, 0, bytes(4096)) != 0);
  CHECK(c.ask(flush, 0, 0) == 28);
}

TEST_CASE("a server that stays away for longer than the patience costs errors, and works again when it is back") {
  for (const auto connections : {1u, 4u}) {
    CAPTURE(connections);
    front w{200ms, connections};
    std::optional<upstream> server{w.path};
    w.start();
    const raw_client c{w.socket()};
    c.go("v");
    CHECK(c.ask(write_, 8192, 4096, 0, bytes(4096, std::byte{9})) == 0);
    server.reset();
    CHECK(c.ask(read_, 0, 4096) == 5);
    CHECK(c.ask(flush, 0, 0) == 5);
    CHECK_FALSE(w.it->backends().front().reachable);
    server.emplace(w.path);
    CHECK(eventually([&] {
      return w.it->backends().front().reachable;
    }));
    CHECK(eventually([&] {
      return c.ask(flush, 0, 0) == 0;
    }));
    CHECK(c.ask(write_, 0, 4096, 0, bytes(4096, std::byte{8})) == 0);
  }
}

TEST_CASE("several connections are really used, and only where the server allows it") {
  front w{20s, 4};
  const upstream server{w.path};
  w.start();
  CHECK(eventually([&] {
    return server.connections() == 4;
  }));
  const nonsense_server single{w.directory / "single", disk_bytes, {}};
  front other{20s, 2};
  other.config.backends.front().uri = "nbd+unix:///v?socket=" + (w.directory / "single");
  CHECK(engine{other.config}.start().find("does not allow several connections") != std::string::npos);
}

TEST_CASE("a server that can do less than clients were told does not take the old one's place") {
  const backend_traits before;
  CHECK(why_worse(before, before) == "");
  const auto worse = [&](const std::function<void(backend_traits&)>& change) {
    auto found = before;
    change(found);
    return why_worse(before, found);
  };
  CHECK(worse([](auto& x) {
          x.size_bytes = 1;
        })
        == "");
  CHECK(why_worse({.size_bytes = 2}, {.size_bytes = 1}) == "it is smaller than before");
  CHECK(worse([](auto& x) {
          x.read_only = true;
        })
        == "it is read-only now");
  CHECK(worse([](auto& x) {
          x.min_block = 512;
        })
        == "it takes fewer block sizes than before");
  CHECK(worse([](auto& x) {
          x.max_block = 4096;
        })
        == "it takes fewer block sizes than before");
  CHECK(worse([](auto& x) {
          x.can_multi_conn = false;
        })
        == "it does not allow several connections any more");
  CHECK(worse([](auto& x) {
          x.can_flush = false;
        })
        == "it cannot flush any more");
  CHECK(worse([](auto& x) {
          x.can_fast_zero = false;
        })
        == "it cannot write zeroes fast any more");
  CHECK(worse([](auto& x) {
          x.tells_holes = false;
        })
        == "");
  CHECK(why_worse({.min_block = 4096}, {.min_block = 512}) == "");
}

TEST_CASE("a writable server that comes back read-only is not accepted, the writable one is") {
  front w{200ms};
  std::optional<upstream> server{w.path};
  w.start();
  const raw_client c{w.socket()};
  c.go("v");
  CHECK(c.ask(write_, 0, 4096, 0, bytes(4096)) == 0);
  server.reset();
  {
    world changed;
    changed.config.listeners.front().unix_path = w.path;
    changed.config.volumes.front().read_only = true;
    changed.start();
    CHECK(c.ask(read_, 0, 4096) == 5);
    CHECK_FALSE(w.it->backends().front().reachable);
  }
  server.emplace(w.path);
  CHECK(eventually([&] {
    return c.ask(write_, 0, 4096, 0, bytes(4096)) == 0;
  }));
}

TEST_SUITE_END();
