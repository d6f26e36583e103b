// What the server's connections share, and how the server knows a connection. For server.cpp and session.cpp alone:
// includes Boost.Asio.
#pragma once

#include "actors/application_server/http/server.hpp"
#include "actors/application_server/http/shared_cell.hpp"
#include "actors/application_server/http/tls_files.hpp"
#include "actors/application_server/http/watch_hub.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace sluice::http {

/// Written by the server's thread, read by any. RELAXED: each counter stands for itself.
struct traffic_counters {
  std::atomic<std::uint64_t> good{0}, redirected{0}, client_errors{0}, server_errors{0};
  std::atomic<std::uint64_t> connections{0}, open{0}, turned_away{0}, timed_out{0};

  static void add(std::atomic<std::uint64_t>& x) noexcept {
    x.fetch_add(1, std::memory_order_relaxed);
  }
  void note(unsigned status) noexcept {
    add(status < 300 ? good : status < 400 ? redirected : status < 500 ? client_errors : server_errors);
  }
};

/// A connection, as the server sees it. All calls in the server's thread.
class open_connection {
public:
  virtual ~open_connection() = default;
  virtual void close() = 0;
  /// Says to whoever listens to events that the connection lives.
  virtual void keep_alive() = 0;
};

/// Outlives the server object only in the hands of late replies, which then find its context stopped.
struct server::core : std::enable_shared_from_this<core> {
  core(server_options o, responder r, std::string boot)
      : options(std::move(o)), answers(std::move(r)), hub(std::move(boot)) {}

  void accept();
  void close_all();
  void keep_alive();
  void tell_wanted();
  [[nodiscard]] std::string load_certificate();
  void look_at_certificate();
  void watch_certificate();

  const server_options options;
  const responder answers;
  traffic_counters count;
  std::unordered_set<open_connection*> sessions; // the server's thread only, and after it was joined
  watch_hub hub;                                 // the server's thread only
  shared_cell<std::vector<std::string>> wanted{std::make_shared<const std::vector<std::string>>()};
  tls_context tls;         // the server's thread only; empty = plain
  std::string tls_version; // likewise: of the files that were read last
  std::uint16_t port = 0;
  std::thread thread;
  boost::asio::io_context context{1}; // last member: destroyed first, and with it the sessions in its queue
  boost::asio::ip::tcp::acceptor acceptor{context};
  boost::asio::steady_timer retry{context};
  boost::asio::steady_timer pulse{context};
  boost::asio::steady_timer certificate_check{context};
};

/// Serves a connection until it ends: it keeps itself alive.
void serve(boost::asio::ip::tcp::socket socket, server::core& home);

[[nodiscard]] inline instant monotonic_now() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

} // namespace sluice::http
