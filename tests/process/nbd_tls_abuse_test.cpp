// Clients that do not keep to TLS: they are refused or dropped, nobody else notices, and nothing is left behind.
#include "tests/process/tls_client.hpp"

using namespace engine_test;
using namespace nbd_bytes;

namespace {

constexpr std::uint16_t read_ = 0, write_ = 1, flush = 3;

} // namespace

TEST_SUITE_BEGIN("gateways.tls.abuse");

TEST_CASE("garbage instead of a ClientHello ends that connection alone") {
  tls_world w;
  w.start();
  const tls_client bystander{w};
  bystander.go("v");
  for (const auto& garbage : {bytes(1000), bytes(1000, std::byte{0x16}), option_message(7, export_query("v"))}) {
    const raw_client c{w.socket()};
    start_tls(c);
    c.send(garbage);
    const auto told = c.receive(1000); // an alert, and the end
    CHECK(told.size() < 100);
    CHECK(bystander.ask(flush, 0, 0) == 0);
  }
  CHECK(w.happened("why=\"TLS: "));
}

TEST_CASE("bytes in clear behind STARTTLS, in the same segment, are the end and are never interpreted") {
  tls_world w;
  w.start();
  client_session unused{"bob", w.key};
  for (const auto& behind : {option_message(8), option_message(7, export_query("v")), unused.hello()}) {
    const raw_client c{w.socket()};
    bytes x;
    put(x, 3, 4);
    put(x, option_message(5));
    c.send(put(x, behind));
    CHECK(c.receive(18).size() == 18);
    CHECK(c.closed());
  }
  CHECK(w.it->streams().empty());
}

TEST_CASE("a wrong key and an unknown user are refused alike") {
  for (const auto* const versions : {tls_1_3, tls_1_2}) {
    tls_world w;
    w.start();
    const tls_client wrong{w.socket(), "bob", draw_key(), versions};
    const auto first = wrong.shake_hands();
    const tls_client unknown{w.socket(), "eve", w.key, versions};
    const auto second = unknown.shake_hands();
    CHECK(first < 0);
    CHECK(first == second);
    CHECK(w.it->streams().empty());
  }
}

TEST_CASE("100 connections that end within the handshake leave no descriptor behind") {
  tls_world w;
  w.start();
  const tls_client bystander{w};
  bystander.go("slice");
  client_session session{"bob", w.key};
  const auto hello = session.hello();
  REQUIRE(hello.size() > 100);
  const auto before = open_descriptors();
  for (std::size_t i = 0; i < 100; ++i) {
    const raw_client c{w.socket()};
    start_tls(c);
    const auto said = hello.size() * (i % 5) / 4; // from nothing to all
    c.send({hello.begin(), hello.begin() + static_cast<std::ptrdiff_t>(said)});
    if (i % 5 == 4)
      CHECK(c.receive(5).size() == 5); // an answer has begun
  }
  CHECK(eventually([&] {
    return open_descriptors() == before;
  }));
  CHECK(w.connections() == 1);
  CHECK(bystander.ask(flush, 0, 0) == 0);
}

TEST_CASE("who does not finish the handshake in time is dropped") {
  tls_world w;
  w.config.handshake_time = 200ms;
  w.start();
  client_session session{"bob", w.key};
  const auto hello = session.hello();
  const raw_client silent{w.socket()}, halfway{w.socket()};
  start_tls(silent);
  start_tls(halfway);
  halfway.send({hello.begin(), hello.begin() + 50});
  CHECK(silent.closed());
  CHECK(halfway.closed());
  CHECK(w.happened("no volume chosen in time"));
}

TEST_CASE("negotiating anew within TLS 1.2 is refused and ends that connection alone") {
  tls_world w;
  w.start();
  const tls_client bystander{w, "carol"};
  bystander.go("v");
  const tls_client c{w, "bob", tls_1_2};
  c.go("v");
  CHECK(c.ask(flush, 0, 0) == 0);
  CHECK(gnutls_handshake(c.it()) == GNUTLS_E_WARNING_ALERT_RECEIVED);
  CHECK(gnutls_alert_get(c.it()) == GNUTLS_A_NO_RENEGOTIATION);
  CHECK(eventually([&] {
    return w.happened("why=\"TLS: the client wanted to negotiate anew\"");
  }));
  CHECK(bystander.ask(flush, 0, 0) == 0);
}

TEST_CASE("abrupt disconnects in every phase behind TLS leave nothing behind") {
  tls_world w;
  w.config.volumes[0].fixed.iops = rate{100};
  w.start();
  const tls_client bystander{w, "carol"};
  bystander.go("slice");
  const auto before = open_descriptors();
  for (int i = 0; i < 100; ++i) {
    const tls_client c{w};
    if (i % 4 == 0)
      continue;
    c.go("v");
    bytes x;
    if (i % 4 == 1)
      for (int k = 0; k < 10; ++k)
        put(x, request_message(read_, static_cast<std::uint64_t>(k), 0, 300'000));
    if (i % 4 == 2)
      x = request_message(write_, 1, 0, 1u << 20);
    if (i % 4 == 3)
      x = bytes(27, std::byte{1});
    c.send(x);
  }
  CHECK(eventually([&] {
    return w.connections() == 1 && open_descriptors() == before;
  }));
  CHECK(bystander.ask(flush, 0, 0) == 0);
}

TEST_CASE("bytes that are no records, after the handshake, end that connection alone") {
  tls_world w;
  w.start();
  const tls_client victim{w, "bob"}, other{w, "carol"};
  victim.go("v");
  other.go("v");
  victim.wire.send(bytes(100, std::byte{0x17}));
  CHECK(eventually([&] {
    return w.connections() == 1;
  }));
  CHECK(other.ask(flush, 0, 0) == 0);
  CHECK(w.happened("client-disconnected g/v/bob"));
}

TEST_SUITE_END();
