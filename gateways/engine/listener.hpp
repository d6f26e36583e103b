// A listening socket, TCP or Unix. Opens, accepts and names; keeps no connection.
#pragma once

#include "gateways/engine/config.hpp"

#include <optional>
#include <string>

namespace sluice::gateway {

/// Who connected.
struct accepted_client {
  int fd = -1;
  std::string client; ///< the stream's client: the address without port, or unix-<uid>
  std::string peer;   ///< for logs: with the port
};

/// Thread safety: accept() from any thread; the rest from one.
class listener {
public:
  /// Connections that wait to be accepted. Chosen: 200 clients connect at once without one being refused.
  static constexpr int backlog = 512;

  listener() = default;
  ~listener();
  listener(listener&& other) noexcept;
  listener& operator=(listener&&) = delete;
  listener(const listener&) = delete;

  /// Empty, or the sentence that says why it cannot listen there.
  [[nodiscard]] std::string open(const listener_config& config);

  /// Frees the port, and the path of a Unix socket.
  void close();

  /// The next client; nothing if there is none, and `exhausted` is true if that is for want of descriptors or memory.
  [[nodiscard]] std::optional<accepted_client> accept(bool& exhausted) const;

  [[nodiscard]] int descriptor() const {
    return fd_;
  }
  /// nbd://127.0.0.1:10809 or nbd+unix:///?socket=/path
  [[nodiscard]] const std::string& endpoint() const {
    return endpoint_;
  }

private:
  [[nodiscard]] std::string open_tcp(const listener_config& config);
  [[nodiscard]] std::string open_unix(const std::string& path);

  int fd_ = -1;
  std::string unix_path_;
  std::string endpoint_;
};

} // namespace sluice::gateway
