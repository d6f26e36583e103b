// The HTTP server: sockets, limits and time-outs around a function that answers. Knows no routes and no actors.
//
// One thread runs all connections asynchronously. A request is handed to the responder in that thread; the answer may
// come later and from any thread. If none comes in time the server answers 503 itself.
#pragma once

#include "actors/application_server/http/message.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sluice::http {

/// Takes the answer to one request: the first call counts, later ones do nothing. Thread safe; may outlive the server.
using reply = std::function<void(response)>;

/// Is handed each request, in the server's thread; must not block.
using responder = std::function<void(request, reply)>;

/// Defaults are chosen: a document has at most 64 KiB; a client on loopback needs milliseconds.
struct server_options {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080; ///< 0 = any free one
  /// PEM files; empty = plain HTTP. Read again when they change: connections that are open keep what they began with.
  std::string tls_certificate{};
  std::string tls_key{};
  /// What became of files that changed: empty = in use, else why those before stay in use. In the server's thread.
  std::function<void(const std::string&)> tls_read{};
  std::size_t max_connections = 256;
  std::uint32_t max_header_bytes = 8 * 1024;
  std::uint64_t max_body_bytes = 64 * 1024;
  std::chrono::milliseconds idle_timeout = std::chrono::seconds{60};   ///< until the next request began
  std::chrono::milliseconds read_timeout = std::chrono::seconds{10};   ///< from its first byte to its last
  std::chrono::milliseconds answer_timeout = std::chrono::seconds{10}; ///< until 503
  std::chrono::milliseconds write_timeout = std::chrono::seconds{10};
};

class server {
public:
  server(server_options options, responder answers);
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Listens and serves. Returns an empty text, or one sentence: the port is taken, the address is not ours, the
  /// certificate or its key cannot be used.
  [[nodiscard]] std::string start();

  /// Reads certificate and key again if they changed, now and not within ten seconds. Thread safe.
  void reload();

  /// Closes everything and joins the thread. Idempotent.
  void stop();

  /// An event for whoever listens to the topic; see watch_hub.hpp. Thread safe; does nothing before start() and after
  /// stop().
  void publish(std::string topic, std::string name, std::string data, bool each = false);

  /// Sends away those who listen to events and are no longer welcome, which else is seen within 15 s. Thread safe.
  void look_again();

  /// Topics that somebody listens to, with their scopes. Thread safe.
  [[nodiscard]] std::shared_ptr<const std::vector<std::string>> wanted() const noexcept;

  /// The port that is listened on, after start().
  [[nodiscard]] std::uint16_t port() const noexcept;

  /// Thread safe.
  [[nodiscard]] traffic served() const noexcept;

  struct core; // defined in server.cpp

private:
  std::shared_ptr<core> core_;
};

} // namespace sluice::http
