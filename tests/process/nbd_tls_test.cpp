// NBD through TLS, with a GnuTLS client over raw sockets: what works in clear works encrypted. Who does not keep to TLS
// is in nbd_tls_abuse_test.cpp.
#include "tests/process/tls_client.hpp"

#include <set>

using namespace engine_test;
using namespace nbd_bytes;

namespace {

constexpr std::uint16_t read_ = 0, write_ = 1, disc = 2, flush = 3;
constexpr std::uint32_t mib = 1u << 20;

bytes pattern(std::size_t size, unsigned seed) {
  bytes x(size);
  for (std::size_t i = 0; i < size; ++i)
    x[i] = static_cast<std::byte>((i * 2654435761u + seed) >> 13);
  return x;
}

} // namespace

TEST_SUITE_BEGIN("gateways.tls");

TEST_CASE("in clear everything is refused until TLS is there, and the client is told why") {
  tls_world w;
  w.start();
  const raw_client c{w.socket()};
  bytes x, text;
  put(x, 3, 4);
  c.send(put(x, option_message(7, export_query("v"))));
  CHECK(c.receive(18).size() == 18);
  const auto refusal = reply_message(7, 0x80000005, put(text, "TLS is required"));
  CHECK(c.receive(refusal.size()) == refusal);
  bytes name;
  c.send(option_message(1, put(name, "v")));
  CHECK(c.closed());
  CHECK(w.happened("client-refused unix-"));
  CHECK(w.happened("why=\"TLS is required\""));
}

TEST_CASE("the stream is the user's, whatever the address") {
  tls_world w;
  w.start();
  const tls_client bob{w, "bob"};
  const tls_client carol{w, "carol", tls_1_2};
  bob.go("v");
  carol.go("v");
  CHECK(bob.ask(flush, 0, 0) == 0);
  CHECK(carol.ask(flush, 0, 0) == 0);
  std::set<std::string> names;
  for (const auto& s : w.it->streams())
    names.insert(to_string(s.id));
  CHECK(names == std::set<std::string>{"g/v/bob", "g/v/carol"});
  CHECK(w.happened("client-connected g/v/bob peer=unix-"));
  CHECK(w.happened("tls=1.3 cipher="));
  CHECK(w.happened("tls=1.2 cipher="));
}

TEST_CASE("the bound on a client's connections counts the user's") {
  tls_world w;
  w.config.max_client_connections = 1;
  w.start();
  const tls_client first{w, "bob"}, second{w, "bob"}, third{w, "carol"};
  first.go("v");
  CHECK(second.send(option_message(7, export_query("v"))));
  CHECK(second.receive(32).size() == 32);
  CHECK(raw_client::number(second.receive(20), 12, 4) == 0x80000002); // policy
  third.go("v");
  CHECK(third.ask(flush, 0, 0) == 0);
}

TEST_CASE("what was agreed on in clear is forgotten with TLS") {
  tls_world w;
  w.config.tls_mode = nbd::tls_mode::allowed;
  w.start();
  const raw_client c{w.socket()};
  bytes x;
  put(x, 3, 4);
  c.send(put(x, option_message(8)));
  CHECK(c.receive(18 + 20).size() == 38);
  c.send(option_message(5));
  CHECK(c.receive(20) == reply_message(5, 1));
  client_session session{"bob", w.key};
  gnutls_transport_set_int(session.get(), c.descriptor());
  gnutls_handshake_set_timeout(session.get(), deadline_ms);
  REQUIRE(gnutls_handshake(session.get()) == 0);
  const auto go = option_message(7, export_query("v"));
  CHECK(gnutls_record_send(session.get(), go.data(), go.size()) == static_cast<ssize_t>(go.size()));
  bytes told(32);
  CHECK(gnutls_record_recv(session.get(), told.data(), told.size()) >= 32);
  CHECK((raw_client::number(told, 30, 2) & nbd::send_df) == 0);
}

TEST_CASE("allowed, a client may do without, under its address") {
  tls_world w;
  w.config.tls_mode = nbd::tls_mode::allowed;
  w.start();
  const raw_client c{w.socket()};
  c.go("v");
  CHECK(c.ask(flush, 0, 0) == 0);
  CHECK(w.happened("client-connected g/v/unix-"));
}

TEST_CASE("new keys within TLS 1.3 go unnoticed") {
  tls_world w;
  w.start();
  const tls_client c{w};
  c.go("v");
  const auto x = pattern(mib, 1);
  for (int i = 0; i < 5; ++i) {
    CHECK(gnutls_session_key_update(c.it(), i % 2 == 0 ? GNUTLS_KU_PEER : 0) == 0);
    CHECK(c.ask(write_, 0, mib, x) == 0);
    CHECK(c.ask(read_, 0, mib) == 0);
    CHECK(c.receive(mib) == x);
  }
}

TEST_CASE("requests of 32 MiB come and go whole") {
  for (const auto* const versions : {tls_1_3, tls_1_2}) {
    tls_world w;
    w.start();
    const tls_client c{w, "bob", versions};
    c.go("v");
    const auto x = pattern(32 * mib, 7);
    CHECK(c.ask(write_, 32 * mib, 32 * mib, x) == 0);
    CHECK(c.ask(read_, 32 * mib, 32 * mib) == 0);
    CHECK(c.receive(32 * mib) == x);
    CHECK(c.ask(read_, 0, 0xffffffff) != 0);
    CHECK(c.ask(flush, 0, 0) == 0);
  }
}

TEST_CASE("more requests than the window holds, in few records, are all answered without another byte") {
  tls_world w;
  w.start();
  const tls_client c{w};
  c.go("v");
  constexpr int count = 2000;
  bytes x;
  for (int i = 0; i < count; ++i)
    put(x, request_message(read_, static_cast<std::uint64_t>(i), 4096u * static_cast<unsigned>(i), 100));
  REQUIRE(c.send(x));
  std::set<std::uint64_t> cookies;
  for (int i = 0; i < count; ++i) {
    cookies.insert(c.simple_reply().cookie);
    REQUIRE(c.receive(100).size() == 100);
  }
  CHECK(cookies.size() == count);
}

TEST_CASE("the last option and requests in one record, and payloads in records of any size, are taken") {
  tls_world w;
  w.start();
  const tls_client c{w};
  const auto payload = pattern(70'000, 3);
  auto x = option_message(7, export_query("v"));
  put(x, request_message(write_, 1, 512, 70'000));
  put(x, payload);
  put(x, request_message(read_, 2, 512, 70'000));
  for (std::size_t at = 0, size = 1; at < x.size(); at += size, size = size * 3 % 20'011) {
    const auto end = std::min(x.size(), at + size);
    REQUIRE(c.send({x.begin() + static_cast<std::ptrdiff_t>(at), x.begin() + static_cast<std::ptrdiff_t>(end)}));
  }
  CHECK(c.receive(32 + 20).size() == 52);
  CHECK(c.simple_reply().cookie == 1);
  CHECK(c.simple_reply().cookie == 2);
  CHECK(c.receive(70'000) == payload);
}

TEST_CASE("a client that does not read is not read from, and nobody else waits") {
  tls_world w;
  w.config.shards = 1;
  w.start();
  const tls_client slow{w, "bob"};
  slow.go("v");
  const auto content = pattern(256u << 10, 5);
  CHECK(slow.ask(write_, 0, 256u << 10, content) == 0);
  constexpr int count = 600; // 150 MiB of answers, more than its window
  bytes x;
  for (int i = 0; i < count; ++i)
    put(x, request_message(read_, static_cast<std::uint64_t>(i), 0, 256u << 10));
  REQUIRE(slow.send(x)); // 17 KB fit the socket
  const tls_client other{w, "carol"};
  other.go("slice");
  for (int i = 0; i < 100; ++i)
    CHECK(other.ask(flush, 0, 0) == 0);
  std::uint64_t arrived = 0;
  for (const auto& s : w.it->collect_samples(monotonic_now(), {}))
    if (s.stream.volume == "v")
      arrived = s.arrivals;
  CHECK(arrived <= 513);
  for (int i = 0; i < count; ++i) {
    REQUIRE(slow.simple_reply().error == 0);
    REQUIRE(slow.receive(256u << 10) == content);
  }
}

TEST_CASE("DISC with requests in flight: all are answered, then the client is told that nothing follows") {
  tls_world w;
  w.config.volumes[0].fixed.iops = rate{100};
  w.start();
  const tls_client c{w};
  c.go("v");
  bytes x;
  for (int i = 0; i < 20; ++i)
    put(x, request_message(read_, static_cast<std::uint64_t>(i), 0, 4));
  REQUIRE(c.send(put(x, request_message(disc, 0, 0, 0))));
  CHECK(c.receive(20 * 20).size() == 400);
  CHECK(c.bidden_farewell());
}

TEST_CASE("a client that says goodbye gets all its answers") {
  tls_world w;
  w.config.volumes[0].fixed.iops = rate{100};
  w.start();
  const tls_client c{w};
  c.go("v");
  bytes x;
  for (int i = 0; i < 20; ++i)
    put(x, request_message(read_, static_cast<std::uint64_t>(i), 0, 4));
  REQUIRE(c.send(x));
  CHECK(gnutls_bye(c.it(), GNUTLS_SHUT_WR) == 0);
  CHECK(c.receive(20 * 20).size() == 400);
  CHECK(c.bidden_farewell());
}

TEST_CASE("a goodbye in one segment with requests that take more than a turn is not forgotten") {
  tls_world w;
  w.start();
  const tls_client c{w};
  c.go("v");
  bytes said; // everything goes to the socket at once, so that one read of the gateway has it all
  gnutls_record_cork(c.it());
  constexpr int count = 500; // copies of 20 KiB: far longer than connection_input.cpp's max_turn
  bytes x;
  for (int i = 0; i < count; ++i)
    put(x, request_message(read_, static_cast<std::uint64_t>(i), 0, 20'000));
  REQUIRE(c.send(x));
  gnutls_transport_set_ptr(c.it(), &said);
  gnutls_transport_set_push_function(c.it(), &collect);
  REQUIRE(gnutls_record_uncork(c.it(), 0) > 0);
  REQUIRE(gnutls_bye(c.it(), GNUTLS_SHUT_WR) == 0);
  REQUIRE(c.wire.send(said));
  gnutls_transport_set_int(c.it(), c.wire.descriptor());
  CHECK(c.receive(count * 20'016u).size() == count * 20'016u);
  CHECK(c.bidden_farewell());
}

TEST_CASE("stop() answers what is in flight through TLS and says goodbye") {
  tls_world w;
  w.config.volumes[0].fixed.iops = rate{100};
  w.config.drain_time = 20s;
  w.start();
  const tls_client c{w};
  c.go("v");
  bytes x;
  for (int i = 0; i < 20; ++i)
    put(x, request_message(read_, static_cast<std::uint64_t>(i), 0, 4));
  REQUIRE(c.send(x));
  REQUIRE(eventually([&] {
    const auto all = w.it->collect_samples(monotonic_now(), {});
    return !all.empty() && all.front().arrivals + all.front().backlog > 0;
  }));
  w.it->stop();
  CHECK(c.receive(20 * 20).size() == 400);
  CHECK(c.bidden_farewell());
}

TEST_CASE("other keys count for new connections; those that run keep theirs") {
  tls_world w;
  w.start();
  const tls_client old{w};
  old.go("v");
  const auto other_key = draw_key();
  tls::files next;
  next.psk = "/nowhere";
  CHECK(w.it->reload_tls(next) == "/nowhere: cannot be read: No such file or directory");
  const tls_client still{w};
  next.psk = w.keep_keys("other.psk", "bob:" + other_key);
  CHECK(w.it->reload_tls(next) == "");
  CHECK(old.ask(flush, 0, 0) == 0);
  const tls_client late{w.socket(), "bob", w.key, tls_1_3};
  CHECK(late.shake_hands() < 0);
  const tls_client fresh{w.socket(), "bob", other_key, tls_1_3};
  REQUIRE(fresh.shake_hands() == 0);
  fresh.go("v");
  CHECK(fresh.ask(flush, 0, 0) == 0);
}

TEST_CASE("an engine whose keys are missing does not start, and says why") {
  tls_world w;
  w.config.tls.psk = "/nowhere";
  engine it{w.config};
  CHECK(it.start() == "TLS: /nowhere: cannot be read: No such file or directory");
  CHECK(try_tls(w.config) == "/nowhere: cannot be read: No such file or directory");
}

TEST_SUITE_END();
