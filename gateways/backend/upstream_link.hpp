// One connection to an upstream NBD server, driven by a thread of its own. Reconnects; knows nothing of other links.
#pragma once

#include "gateways/backend/backend.hpp"

#include <atomic>
#include <cstdint>
#include <future>
#include <string>
#include <thread>
#include <vector>

struct nbd_handle;

namespace sluice::gateway {

///   connecting ──ready──▶ up ──connection dies──▶ down ──back-off──▶ connecting
///        └──────failure, time-out──────────────────▲
///
/// When the connection dies, requests that it had not answered go back to the front of the queue and are sent again on
/// the next one: that is safe, because nobody was told that they were done, and requests in flight together have no
/// order. A request waits at most `patience` from its submission for a connection, then it fails with EIO.
///
/// Thread safety: submit() and reachable() from any thread; start() and stop() from one.
class upstream_link {
public:
  /// Chosen: answers within this time or counts as absent.
  static constexpr duration connect_time = std::chrono::seconds{5};
  /// Between attempts, doubling until a request is answered. Chosen: soon enough for a restarted server, rare enough
  /// for a dead one.
  static constexpr duration first_back_off = std::chrono::milliseconds{50};
  static constexpr duration longest_back_off = std::chrono::seconds{1};
  /// More requests than this wait in the link's own queue rather than in libnbd's.
  static constexpr std::size_t max_in_flight = 1024;

  upstream_link(std::string uri, duration patience, reachability_observer observer);
  ~upstream_link();

  upstream_link(const upstream_link&) = delete;
  upstream_link& operator=(const upstream_link&) = delete;

  /// Starts the thread and waits for its first connection. Empty, or the sentence that says why there is none.
  [[nodiscard]] std::string start();

  /// Ends the thread; what was not answered fails with EIO.
  void stop();

  void submit(io_request& x) noexcept {
    // Relaxed: only used to prefer a link that has less to do.
    outstanding_.fetch_add(1, std::memory_order_relaxed);
    incoming_.push(x);
  }

  [[nodiscard]] std::size_t outstanding() const noexcept {
    return outstanding_.load(std::memory_order_relaxed);
  }

  [[nodiscard]] bool reachable() const noexcept {
    return reachable_.load(std::memory_order_relaxed);
  }

  /// As the server said at the first connection. @pre start() succeeded
  [[nodiscard]] const backend_traits& traits() const {
    return traits_;
  }

private:
  /// What libnbd is given with each command; one per place in flight, never moved.
  struct flight {
    upstream_link* link = nullptr;
    io_request* request = nullptr;
  };

  void run();
  void step(instant now);
  void wait_for_events(instant now);
  void begin_connecting(instant now);
  void became_ready();
  void lost(instant now, const std::string& why);
  void take_incoming(instant now);
  void send_waiting();
  [[nodiscard]] bool send(io_request& x, std::size_t place);
  void expire_waiting(instant now);
  void answer(io_request& x, int error);
  void append(io_request& x);
  void watch_silence();
  static int command_done(void* user_data, int* error) noexcept;
  static int chunk_came(void* user_data, const void* part, std::size_t count, std::uint64_t offset, unsigned status,
                        int* error) noexcept;
  static int extents_came(void* user_data, const char* context, std::uint64_t offset, std::uint32_t* entries,
                          std::size_t entry_count, int* error) noexcept;

  std::string uri_;
  duration patience_;
  reachability_observer observer_;
  request_queue incoming_;
  std::atomic<std::size_t> outstanding_{0};
  std::atomic<bool> reachable_{false};
  std::atomic<bool> stopping_{false};
  backend_traits traits_;
  std::promise<std::string> first_attempt_;
  bool first_attempt_over_ = false;
  std::thread thread_;

  // The thread's own.
  nbd_handle* handle_ = nullptr;
  bool up_ = false;
  bool tells_holes_ = false; ///< the server does, on this connection
  instant connect_deadline_{0};
  instant next_attempt_{0};
  duration back_off_ = first_back_off;
  std::vector<flight> flights_;
  std::vector<std::size_t> free_places_;
  io_request* oldest_waiting_ = nullptr;
  io_request* newest_waiting_ = nullptr;
  io_request* to_send_again_ = nullptr;
};

} // namespace sluice::gateway
