// The HTTP server with the desk behind it: judges each request, hands good ones to the desk as a message, and lets the
// answer go back to the server's thread. Knows no shared memory.
#pragma once

#include "actors/application_server/http/carriage.hpp"
#include "actors/application_server/http/server.hpp"
#include "actors/application_server/http/static_files.hpp"
#include "actors/application_server/local_messages.hpp"

#include <functional>
#include <string>

namespace sluice {

class front_door {
public:
  /// @param token the bearer token that clients must show
  /// @param carriage how messages between the processes fare, for /metrics; called in the server's thread, may be empty
  /// @param files what is answered to everybody, before anything else is looked at
  front_door(http::server_options options, std::string token, std::function<http::carriage()> carriage = {},
             http::static_files files = {});

  /// Listens. Returns an empty text, or one sentence that says why not.
  [[nodiscard]] std::string open(const desk_actor& desk);

  /// Closes all connections; no call reaches the desk afterwards.
  void close();

  [[nodiscard]] std::uint16_t port() const noexcept {
    return server_.port();
  }

  /// Thread safe.
  [[nodiscard]] http::traffic served() const noexcept {
    return server_.served();
  }

private:
  void take(http::request x, const http::reply& answer);

  std::string token_;
  std::function<http::carriage()> carriage_;
  http::static_files files_;
  desk_actor desk_;
  http::server server_;
};

} // namespace sluice
