// One thread of the data path with everything it owns: an epoll loop, connections, streams' queues, pools, timers.
#pragma once

#include "gateways/engine/connection.hpp"
#include "gateways/engine/core.hpp"
#include "gateways/engine/listener.hpp"
#include "gateways/engine/poll_budget.hpp"

#include <memory>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

struct epoll_event;

namespace sluice::gateway {

/// What other threads tell a shard. Rare: connects, throttles, limits of groups, the end.
struct adopt_connection {
  std::unique_ptr<connection> who;
};
struct control_changed {
  std::shared_ptr<registered_stream> who;
  stream_control control;
};
struct volume_changed {
  std::shared_ptr<registered_stream> who;
  volume_config limits; ///< at the same place
  stream_control control;
};
struct group_changed {
  stream_group* who;
  io_limits limits;
  std::uint32_t weight;
};
struct groups_joined {
  std::shared_ptr<registered_stream> who;
  membership groups;
};
struct stop_serving {
  instant deadline; ///< requests in flight are waited for until then
};
using shard_message =
    std::variant<adopt_connection, control_changed, volume_changed, group_changed, groups_joined, stop_serving>;

///   epoll: sockets ─▶ requests ─▶ streams ─▶ backend
///          wake-up ─▶ messages, answers of the backend ─▶ streams ─▶ connections
///          timer   ─▶ streams that wait for tokens
///          ring    ─▶ answers of files
///   then, once per round: answers are sent, stopped connections resumed, what was put into the ring is submitted, dead
///   connections buried. A connection whose requests
///   are answered at once gives way after max_turn, and comes again in the next round.
///
/// No lock, no allocation and no other thread per request: messages come through a locked mailbox, but requests do not.
/// Thread safety: post(), start() and join() from outside; everything else from the shard's thread.
class shard {
public:
  /// @throws std::system_error at start-up, if there is no descriptor left
  shard(engine_core& core, std::size_t index);
  /// @pre every backend has answered what it was given
  ~shard();
  shard(const shard&) = delete;
  shard& operator=(const shard&) = delete;

  void start(const std::vector<listener>& listeners);
  void join();
  void post(shard_message x);

  [[nodiscard]] placement where() {
    return {&answers_, &wakes_};
  }

  // For its connections.
  [[nodiscard]] int epoll_descriptor() const {
    return epoll_fd_;
  }
  [[nodiscard]] engine_core& core() {
    return core_;
  }
  /// The time as last looked at; moves on while requests are performed.
  [[nodiscard]] instant now() const {
    return now_;
  }
  void set_now(instant x) {
    now_ = x;
  }
  /// When this round's input arrived.
  [[nodiscard]] instant received() const {
    return round_began_;
  }
  [[nodiscard]] pending_request* acquire_request(bool beyond_bound) {
    auto* const x = requests_.acquire(beyond_bound);
    if (x != nullptr)
      x->ring = ring_;
    return x;
  }
  [[nodiscard]] pooled_buffer acquire_buffer(std::size_t bytes, bool beyond_bound) {
    return buffers_.acquire(bytes, beyond_bound);
  }
  void release(pending_request& x);
  void flush_later(connection& x);
  void resume_later(connection& x);
  void starved_until_release(connection& x);
  void bury_later() {
    bury_ = true;
  }
  void hand_over_later(connection& x) {
    to_hand_over_.push_back(&x);
  }

private:
  /// Turns an event on a descriptor into a call of the shard.
  struct own_source final : event_source {
    own_source(shard& s, void (shard::*f)()) : self(s), call(f) {}
    void on_event(std::uint32_t) override {
      (self.*call)();
    }
    shard& self;
    void (shard::*call)();
  };
  struct listening_source final : event_source {
    listening_source(shard& s, const listener& l) : self(s), from(l) {}
    void on_event(std::uint32_t) override {
      self.accept_from(from);
    }
    shard& self;
    const listener& from;
  };

  void run();
  void begin_ring();
  int wait_for_events(::epoll_event* to, int most, int wait_ms);
  [[nodiscard]] bool finished() const;
  void arm_timer();
  void woken();
  void timer_fired();
  void ring_has_answers();
  void take_messages();
  void take_answers();
  void pass_on(io_request* answered);
  void pump_due_streams();
  void after_events();
  void drop_late_handshakes();
  void bury();
  void hand_over(connection& x);
  void flush_answers();
  void resume_connections();
  void accept_from(const listener& from);
  void watch_listeners(bool on);
  void adopt(std::unique_ptr<connection> x);
  std::unique_ptr<connection> take_out(connection& x);
  void begin_stopping(instant deadline);

  engine_core& core_;
  std::size_t index_;
  poll_budget poll_;
  io_ring* ring_; ///< nullptr: the pool does what would block
  int epoll_fd_;
  int timer_fd_;
  request_queue answers_;
  wake_queue wakes_;
  own_source wake_source_{*this, &shard::woken};
  own_source timer_source_{*this, &shard::timer_fired};
  own_source ring_source_{*this, &shard::ring_has_answers};
  std::vector<listening_source> listening_;
  bool listening_now_ = false;

  instant now_{0};
  instant round_began_{0};
  instant armed_{0};
  instant next_chore_ = instant::max(); ///< late handshakes, listeners that paused
  bool stopping_ = false;
  instant stop_deadline_ = instant::max();

  request_pool requests_;
  buffer_pool buffers_;
  std::vector<std::unique_ptr<connection>> connections_;
  std::vector<connection*> to_hand_over_;
  std::vector<connection*> to_flush_;
  std::vector<connection*> to_resume_;
  std::vector<connection*> resuming_;
  std::vector<connection*> starved_;
  bool released_ = false;
  bool bury_ = false;

  std::mutex mailbox_mutex_;
  std::vector<shard_message> mailbox_;
  std::thread thread_;
};

} // namespace sluice::gateway
