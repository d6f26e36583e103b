// One process that we are connected to, in one of its lives: sending to it, and what it owes us. Knows no CAF message.
#pragma once

#include "shm/mailslot/death_watch.hpp"
#include "shm/mailslot/outlet.hpp"
#include "shm/transport/in_flight.hpp"
#include "shm/transport/outbox.hpp"

#include <caf/node_id.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace sluice::shm {

enum class send_result : std::uint8_t {
  placed,     ///< in the peer's mailbox
  queued,     ///< in the outbox: the courier has work
  overloaded, ///< neither; nothing was sent
  too_large,
  gone, ///< the peer has died or is closing
};

enum class flush_result : std::uint8_t {
  empty, ///< nothing waits any more
  more,  ///< something waits, and there is room
  full,  ///< something waits for room
};

/// Thread safe except where noted.
class peer {
public:
  peer(std::string name, outlet mailbox, caf::node_id node, std::uint32_t role, std::uint64_t incarnation,
       std::size_t outbox_bytes);

  /// Puts one message into the peer's mailbox, fragment by fragment, or into the outbox. Never sleeps. Messages of one
  /// sender arrive in the order of their send() calls.
  [[nodiscard]] send_result send(message_header header, std::span<const std::byte> body, importance class_);

  /// Moves some of what waits into the mailbox, not for long: senders may want the lock.
  flush_result flush();

  [[nodiscard]] bool waiting() const {
    return waiting_.load(std::memory_order_acquire);
  }
  void wait_for_room(std::chrono::nanoseconds limit) {
    mailbox_.wait_for_room(limit);
  }

  /// From now on nothing is sent. @returns true for the first caller.
  bool mark_down();
  [[nodiscard]] bool down() const {
    return down_.load(std::memory_order_acquire);
  }

  /// Remembers that the peer wants to know of the end of our actor `id`. @returns false if it was known.
  bool add_watched(caf::actor_id id);
  void remove_watched(caf::actor_id id);

  [[nodiscard]] const std::string& name() const {
    return name_;
  }
  [[nodiscard]] const caf::node_id& node() const {
    return node_;
  }
  [[nodiscard]] std::uint32_t role() const {
    return role_;
  }
  [[nodiscard]] std::uint64_t incarnation() const {
    return incarnation_;
  }
  [[nodiscard]] participant identity() const {
    return participant::of(role_, incarnation_);
  }
  [[nodiscard]] std::uint64_t heartbeat() const {
    return mailbox_.heartbeat();
  }
  [[nodiscard]] in_flight_requests& in_flight() {
    return in_flight_;
  }
  /// Bytes that wait, and samples and other messages dropped at the bound.
  [[nodiscard]] std::size_t outbox_bytes() const;
  [[nodiscard]] std::uint64_t samples_dropped() const;
  [[nodiscard]] std::uint64_t refused() const {
    return refused_.load(std::memory_order_relaxed);
  }

  /// Set once by who connects; ended by the courier.
  std::unique_ptr<death_watch> watch;

private:
  flush_result flush_some(); // with mutex_ held
  bool place(message_header& header, std::span<const std::byte> body, std::size_t& sent, int& budget);

  const std::string name_;
  outlet mailbox_;
  const caf::node_id node_;
  const std::uint32_t role_;
  const std::uint64_t incarnation_;
  in_flight_requests in_flight_;
  std::atomic<bool> down_{false};
  std::atomic<bool> waiting_{false}; // outbox not empty; changed under mutex_ only
  std::atomic<std::uint32_t> sequence_{0};
  std::atomic<std::uint64_t> refused_{0};
  mutable std::mutex mutex_;
  outbox outbox_;
  std::uint64_t samples_refused_ = 0;
  std::set<caf::actor_id> watched_;
};

using peer_ptr = std::shared_ptr<peer>;

} // namespace sluice::shm
