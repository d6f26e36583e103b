// An engine that wants TLS, and a GnuTLS client with a pre-shared key that speaks NBD through it. Keys are drawn for
// each test. Every wait has a deadline.
#pragma once

#include "tests/process/engine_fixture.hpp"

#include <fstream>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

namespace engine_test {

inline std::string draw_key() {
  unsigned char drawn[32];
  REQUIRE(gnutls_rnd(GNUTLS_RND_KEY, drawn, sizeof drawn) == 0);
  std::string hex;
  for (const auto one : drawn) {
    hex += "0123456789abcdef"[one >> 4];
    hex += "0123456789abcdef"[one & 15];
  }
  return hex;
}

/// Requires TLS; knows bob and carol, who have the same key.
struct tls_world : world {
  std::string key = draw_key();

  tls_world() {
    config.tls_mode = nbd::tls_mode::required;
    config.tls.psk = keep_keys("keys.psk", "bob:" + key + "\ncarol:" + key);
  }
  std::string keep_keys(const std::string& name, const std::string& lines) const {
    const auto path = directory / name;
    std::ofstream{path} << lines;
    std::filesystem::permissions(path, std::filesystem::perms{0600});
    return path;
  }
};

inline constexpr auto tls_1_3 = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+ECDHE-PSK";
inline constexpr auto tls_1_2 = "NORMAL:-VERS-ALL:+VERS-TLS1.2:+ECDHE-PSK:+PSK";

/// For GnuTLS, instead of a socket: keeps what is said.
inline ssize_t collect(void* to, const void* from, std::size_t size) {
  const auto* const first = static_cast<const std::byte*>(from);
  static_cast<bytes*>(to)->insert(static_cast<bytes*>(to)->end(), first, first + size);
  return static_cast<ssize_t>(size);
}

/// A client's session that is not connected to anything yet.
class client_session {
public:
  client_session(const std::string& user, const std::string& hex_key, const char* versions = tls_1_3) {
    REQUIRE(gnutls_init(&it_, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL) == 0);
    REQUIRE(gnutls_psk_allocate_client_credentials(&credentials_) == 0);
    const gnutls_datum_t key{reinterpret_cast<unsigned char*>(const_cast<char*>(hex_key.data())),
                             static_cast<unsigned>(hex_key.size())};
    REQUIRE(gnutls_psk_set_client_credentials(credentials_, user.c_str(), &key, GNUTLS_PSK_KEY_HEX) == 0);
    REQUIRE(gnutls_credentials_set(it_, GNUTLS_CRD_PSK, credentials_) == 0);
    REQUIRE(gnutls_priority_set_direct(it_, versions, nullptr) == 0);
  }
  ~client_session() {
    gnutls_deinit(it_);
    gnutls_psk_free_client_credentials(credentials_);
  }
  client_session(const client_session&) = delete;
  client_session& operator=(const client_session&) = delete;

  [[nodiscard]] gnutls_session_t get() const {
    return it_;
  }

  /// What such a client says first.
  [[nodiscard]] bytes hello() {
    bytes said;
    gnutls_transport_set_ptr(it_, &said);
    gnutls_transport_set_push_function(it_, &collect);
    gnutls_transport_set_pull_function(it_, [](void*, void*, std::size_t) -> ssize_t {
      return 0;
    });
    REQUIRE(gnutls_handshake(it_) < 0); // nobody answers
    return said;
  }

private:
  gnutls_session_t it_ = nullptr;
  gnutls_psk_client_credentials_t credentials_ = nullptr;
};

/// Through the clear part: what follows on this socket is TLS.
inline void start_tls(const raw_client& x) {
  bytes in;
  REQUIRE(x.send(nbd_bytes::put(nbd_bytes::put(in, 3, 4), nbd_bytes::option_message(5))));
  REQUIRE(x.receive(18).size() == 18);
  REQUIRE(x.receive(20) == nbd_bytes::reply_message(5, 1));
}

class tls_client {
public:
  explicit tls_client(const tls_world& w, const std::string& user = "bob", const char* versions = tls_1_3)
      : tls_client(w.socket(), user, w.key, versions) {
    REQUIRE(shake_hands() == 0);
  }
  /// Up to the handshake.
  tls_client(const std::string& socket, const std::string& user, const std::string& key, const char* versions)
      : wire(socket), session_(user, key, versions) {
    start_tls(wire);
    gnutls_transport_set_int(it(), wire.descriptor());
    gnutls_handshake_set_timeout(it(), deadline_ms);
    gnutls_record_set_timeout(it(), deadline_ms);
  }

  /// 0, or GnuTLS's error.
  [[nodiscard]] int shake_hands() const {
    int result = 0;
    do
      result = gnutls_handshake(it());
    while (result < 0 && gnutls_error_is_fatal(result) == 0);
    return result;
  }
  [[nodiscard]] gnutls_session_t it() const {
    return session_.get();
  }

  bool send(const bytes& x) const {
    for (std::size_t done = 0; done < x.size();) {
      const auto n = gnutls_record_send(it(), x.data() + done, x.size() - done);
      if (n < 0 && gnutls_error_is_fatal(static_cast<int>(n)) != 0)
        return false;
      done += n > 0 ? static_cast<std::size_t>(n) : 0;
    }
    return true;
  }
  /// `size` bytes, or fewer if the server ends or the deadline passes.
  [[nodiscard]] bytes receive(std::size_t size) const {
    bytes x(size);
    std::size_t got = 0;
    while (got < size) {
      const auto n = gnutls_record_recv(it(), x.data() + got, size - got);
      if (n == 0 || (n < 0 && (gnutls_error_is_fatal(static_cast<int>(n)) != 0 || n == GNUTLS_E_TIMEDOUT)))
        break;
      got += n > 0 ? static_cast<std::size_t>(n) : 0;
    }
    x.resize(got);
    return x;
  }
  /// True if the server says that nothing follows, and nothing does.
  [[nodiscard]] bool bidden_farewell() const {
    std::byte one;
    return gnutls_record_recv(it(), &one, 1) == 0;
  }

  /// Into the transmission phase.
  void go(std::string_view name) const {
    REQUIRE(send(nbd_bytes::option_message(7, nbd_bytes::export_query(name))));
    REQUIRE(receive(32 + 20).size() == 52);
  }
  [[nodiscard]] answer simple_reply() const {
    const auto x = receive(16);
    REQUIRE(x.size() == 16);
    REQUIRE(raw_client::number(x, 0, 4) == 0x67446698);
    return {static_cast<std::uint32_t>(raw_client::number(x, 4, 4)), raw_client::number(x, 8, 8)};
  }
  [[nodiscard]] std::uint32_t ask(std::uint16_t type, std::uint64_t offset, std::uint32_t length,
                                  const bytes& payload = {}) const {
    auto x = nbd_bytes::request_message(type, 77, offset, length);
    REQUIRE(send(nbd_bytes::put(x, payload)));
    const auto reply = simple_reply();
    CHECK(reply.cookie == 77);
    return reply.error;
  }

  raw_client wire;

private:
  client_session session_;
};

} // namespace engine_test
