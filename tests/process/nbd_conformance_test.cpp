// The protocol over real sockets, byte by byte where it matters.
#include "tests/process/engine_fixture.hpp"

#include <map>

using namespace engine_test;
using namespace nbd_bytes;

namespace {

constexpr std::uint16_t read_ = 0, write_ = 1, disc = 2, flush = 3, trim = 4, write_zeroes = 6;
constexpr std::uint32_t einval = 22, enospc = 28, eperm = 1;

} // namespace

TEST_SUITE_BEGIN("gateways.conformance");

TEST_CASE("EXPORT_NAME is answered by 134 bytes, or 10 without zeroes, after the greeting") {
  world w;
  w.start();
  bytes name;
  put(name, "v");
  for (const std::uint32_t flags : {1u, 3u}) {
    const raw_client c{w.socket()};
    CHECK(c.receive(18).size() == 18);
    bytes x;
    put(x, flags, 4);
    c.send(put(x, option_message(1, name)));
    const auto reply = c.receive(flags == 1 ? 134 : 10);
    REQUIRE(reply.size() == (flags == 1 ? 134 : 10));
    CHECK(raw_client::number(reply, 0, 8) == 128u << 20);
    CHECK(c.ask(flush, 0, 0) == 0);
  }
}

TEST_CASE("a handshake and requests may come byte by byte") {
  world w;
  w.start();
  const raw_client c{w.socket()};
  bytes x;
  put(x, 3, 4);
  put(x, option_message(99));
  put(x, option_message(3));
  put(x, option_message(7, export_query("v", {3})));
  put(x, request_message(write_, 1, 0, 3));
  put(x, "abc");
  put(x, request_message(read_, 2, 1, 2));
  for (const auto one : x)
    REQUIRE(c.send({one}));
  // greeting, refusal with its text, LIST of two, GO with export and block size
  const std::size_t before = 18 + 20 + 20 + (20 + 4 + 1) + (20 + 4 + 5) + 20 + (20 + 12) + (20 + 14) + 20;
  CHECK(c.receive(before).size() == before);
  CHECK(c.simple_reply().cookie == 1);
  CHECK(c.simple_reply().cookie == 2);
  bytes expected;
  CHECK(c.receive(2) == put(expected, "bc"));
}

TEST_CASE("a handshake and requests may come in one segment, DISC included") {
  world w;
  w.start();
  const raw_client c{w.socket()};
  bytes x;
  put(x, 3, 4);
  put(x, option_message(7, export_query("v")));
  put(x, request_message(write_, 1, 4096, 4));
  put(x, "data");
  put(x, request_message(read_, 2, 4096, 4));
  put(x, request_message(disc, 3, 0, 0));
  c.send(x);
  CHECK(c.receive(18 + 32 + 20).size() == 70);
  CHECK(c.simple_reply().cookie == 1);
  CHECK(c.simple_reply().cookie == 2);
  bytes expected;
  CHECK(c.receive(4) == put(expected, "data"));
  CHECK(c.closed());
}

TEST_CASE("ABORT is acknowledged before the connection closes") {
  world w;
  w.start();
  const raw_client c{w.socket()};
  bytes x;
  put(x, 3, 4);
  c.send(put(x, option_message(2)));
  CHECK(c.receive(18).size() == 18);
  CHECK(c.receive(20) == reply_message(2, 1));
  CHECK(c.closed());
}

TEST_CASE("STARTTLS is refused where TLS is off and the handshake goes on") {
  world w;
  w.start();
  const raw_client c{w.socket()};
  bytes x, text;
  put(x, 3, 4);
  put(x, option_message(5));
  c.send(put(x, option_message(7, export_query("v"))));
  CHECK(c.receive(18).size() == 18);
  const auto refusal = reply_message(5, 0x80000002, put(text, "TLS is switched off"));
  CHECK(c.receive(refusal.size()) == refusal);
  CHECK(c.receive(32 + 20).size() == 52);
  CHECK(c.ask(flush, 0, 0) == 0);
}

TEST_CASE("an absurd option length ends the connection and nobody else's") {
  world w;
  w.start();
  const raw_client other{w.socket()};
  other.go("v");
  const raw_client c{w.socket()};
  bytes x;
  put(x, 3, 4);
  put(x, "IHAVEOPT");
  put(x, 7, 4);
  c.send(put(x, 0xfffffff0, 4));
  CHECK(c.receive(18 + 20 + 15).size() == 18 + 20 + 15); // greeting, ERR_TOO_BIG, its text
  CHECK(c.closed());
  CHECK(other.ask(flush, 0, 0) == 0);
}

TEST_CASE("garbage instead of a handshake or a request ends the connection") {
  world w;
  w.start();
  const raw_client before{w.socket()};
  CHECK(before.receive(18).size() == 18);
  before.send(bytes(4, std::byte{0}));
  CHECK(before.closed());
  const raw_client after{w.socket()};
  after.go("v");
  after.send(bytes(28, std::byte{0x41}));
  CHECK(after.closed());
}

TEST_CASE("what is written is read, also with FUA, zeroes and trims") {
  world w;
  w.start();
  const raw_client c{w.socket()};
  c.go("v");
  const bytes data(8192, std::byte{0x5a});
  CHECK(c.ask(write_, 4096, 8192, 1, data) == 0);
  CHECK(c.ask(write_zeroes, 4096, 4096, 1) == 0);
  CHECK(c.ask(write_zeroes, 16'384, 4096, 2) == 0);
  CHECK(c.ask(flush, 0, 0) == 0);
  CHECK(c.ask(read_, 4096, 8192) == 0);
  auto expected = data;
  std::fill_n(expected.begin(), 4096, std::byte{0});
  CHECK(c.receive(8192) == expected);
  CHECK(c.ask(trim, 8192, 4096) == 0);
  CHECK(c.ask(read_, 8191, 3) == 0); // unaligned, across the border of the trim
  CHECK(c.receive(3) == bytes(3));
}

TEST_CASE("a refused request ends that request alone") {
  world w;
  w.start();
  const raw_client c{w.socket()};
  c.go("slice");
  constexpr std::uint64_t end = 1u << 20;
  CHECK(c.ask(99, 0, 512) == einval);
  CHECK(c.ask(read_, 0, 512, 0x8000) == einval);
  CHECK(c.ask(read_, end - 512, 513) == einval);
  CHECK(c.ask(write_, end, 3, 0, bytes(3)) == enospc);
  CHECK(c.ask(write_zeroes, end - 1, 2) == enospc);
  CHECK(c.ask(trim, ~std::uint64_t{0}, 2) == einval);
  CHECK(c.ask(read_, 0, (32u << 20) + 1) == einval);
  CHECK(c.ask(write_, 0, (32u << 20) + 512, 0, bytes((32u << 20) + 512)) == einval);
  CHECK(c.ask(read_, 0, 0) == 0);
  CHECK(c.ask(write_, end, 0) == 0);
  CHECK(c.ask(write_, end - 1, 1, 0, bytes(1)) == 0);
}

TEST_CASE("32 MiB go through in one request") {
  world w;
  w.start();
  const raw_client c{w.socket()};
  c.go("v");
  bytes data(32u << 20);
  for (std::size_t i = 0; i < data.size(); i += 511)
    data[i] = static_cast<std::byte>(i);
  CHECK(c.ask(write_, 512, 32u << 20, 0, data) == 0);
  CHECK(c.ask(read_, 512, 32u << 20) == 0);
  CHECK(c.receive(32u << 20) == data);
}

TEST_CASE("a read-only volume says so and keeps it") {
  world w;
  w.config.volumes[0].read_only = true;
  w.start();
  const raw_client c{w.socket()};
  c.go("v");
  CHECK(c.ask(write_, 0, 4, 0, bytes(4)) == eperm);
  CHECK(c.ask(trim, 0, 4) == eperm);
  CHECK(c.ask(read_, 0, 4) == 0);
  CHECK(c.receive(4) == bytes(4));
}

TEST_CASE("a slice is a window on its backend") {
  world w;
  w.start();
  const raw_client slice{w.socket()};
  slice.go("slice");
  const bytes data(16, std::byte{7});
  REQUIRE(slice.ask(write_, 4096, 16, 0, data) == 0);
  const raw_client all{w.socket()};
  all.go("v");
  REQUIRE(all.ask(read_, (1u << 20) + 4096, 16) == 0);
  CHECK(all.receive(16) == data);
}

TEST_CASE("structured replies carry data in a chunk at its offset, and errors in one of their own") {
  world w;
  w.start();
  const raw_client c{w.socket()};
  c.go("v", true);
  c.send(request_message(read_, 5, 1024, 16, 4)); // DF
  const auto x = c.receive(20 + 8 + 16);
  REQUIRE(x.size() == 44);
  CHECK(raw_client::number(x, 0, 4) == 0x668e33ef);
  CHECK(raw_client::number(x, 4, 4) == 0x00010001); // done, offset data
  CHECK(raw_client::number(x, 8, 8) == 5);
  CHECK(raw_client::number(x, 16, 4) == 24);
  CHECK(raw_client::number(x, 20, 8) == 1024);
  c.send(request_message(read_, 6, 1u << 30, 16));
  const auto failed = c.receive(26);
  REQUIRE(failed.size() == 26);
  CHECK(raw_client::number(failed, 4, 4) == 0x00018001); // done, error
  CHECK(raw_client::number(failed, 20, 4) == einval);
  CHECK(c.ask(flush, 0, 0) == 0);
}

TEST_CASE("of many requests at once each is answered exactly once, with its own data") {
  world w;
  w.start();
  const raw_client c{w.socket()};
  c.go("v");
  constexpr std::uint64_t count = 2000; // four times the window
  std::thread sender([&c] {
    bytes x;
    for (std::uint64_t i = 0; i < count; ++i) {
      bytes number;
      put(x, request_message(write_, i, i * 512, 8));
      put(x, put(number, i, 8));
      // Above the size that is done inline, so that answers overtake each other.
      put(x, request_message(read_, count + i, i % 7 == 0 ? 32u << 20 : i * 512, i % 7 == 0 ? 300'000 : 8));
    }
    c.send(x);
  });
  std::map<std::uint64_t, int> seen;
  for (std::uint64_t i = 0; i < 2 * count; ++i) {
    const auto reply = c.simple_reply();
    REQUIRE(reply.error == 0);
    ++seen[reply.cookie];
    if (reply.cookie < count)
      continue;
    const auto of = reply.cookie - count;
    const auto data = c.receive(of % 7 == 0 ? 300'000 : 8);
    REQUIRE(data.size() == (of % 7 == 0 ? 300'000 : 8));
    if (of % 7 != 0)
      REQUIRE((raw_client::number(data, 0, 8) == of));
  }
  sender.join();
  CHECK(seen.size() == 2 * count);
}

TEST_SUITE_END();
