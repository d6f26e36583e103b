// Answers GET /metrics and GET /healthz over HTTP, and nothing else. Knows no figures.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace sluice::gateway {

/// Chosen: a scraper asks every few seconds, over one connection, with some hundred bytes.
struct metrics_bounds {
  std::size_t connections = 8; ///< beyond it a new one is closed at once
  std::uint32_t header_bytes = 8 * 1024;
  std::chrono::milliseconds read_timeout = std::chrono::seconds{5};   ///< from connect to the end of the request
  std::chrono::milliseconds write_timeout = std::chrono::seconds{10}; ///< until the answer is taken
};

/// One thread of its own; one request per connection.
class metrics_server {
public:
  /// @param text makes the answer to /metrics; called in the server's thread, one call at a time
  metrics_server(std::string address, std::uint16_t port, std::function<std::string()> text,
                 metrics_bounds bounds = {});
  ~metrics_server();
  metrics_server(const metrics_server&) = delete;
  metrics_server& operator=(const metrics_server&) = delete;

  /// Listens and serves. Empty, or the sentence that says why it cannot.
  [[nodiscard]] std::string start();

  /// Closes everything and joins the thread. Idempotent.
  void stop();

  /// http://127.0.0.1:9109/metrics; after start(), with the port that was bound.
  [[nodiscard]] const std::string& uri() const;

  struct core;

private:
  std::unique_ptr<core> core_;
};

} // namespace sluice::gateway
