// Messages that wait for room in a peer's mailbox: a bounded queue in order of sending. No lock, no thread, no actor.
#pragma once

#include "shm/mailslot/layout.hpp"
#include "shm/transport/operation.hpp"

#include <cstddef>
#include <deque>
#include <span>
#include <vector>

namespace sluice::shm {

/// One whole message; `sent` bytes of it are in slots already.
struct waiting_message {
  message_header header;
  std::vector<std::byte> body;
  std::size_t sent = 0;
  importance class_ = importance::plain;

  /// What it counts against the bound [bytes].
  [[nodiscard]] std::size_t cost() const {
    return sizeof *this + body.size();
  }
};

/// Thread safety: none, the peer's lock guards it.
class outbox {
public:
  explicit outbox(std::size_t bound_bytes) : bound_(bound_bytes) {}

  /// True when a message of this size may be queued, after dropping samples for it, oldest first, where that helps.
  /// An empty outbox takes any message: a large one must not be refused for ever.
  [[nodiscard]] bool make_room(std::size_t body_bytes, importance class_) {
    const auto cost = sizeof(waiting_message) + body_bytes;
    const auto limit = limit_of(class_);
    for (auto i = queue_.begin(); i != queue_.end() && bytes_ + cost > limit;) {
      if (i->class_ == importance::droppable && i->sent == 0) {
        bytes_ -= i->cost();
        ++dropped_;
        i = queue_.erase(i);
      } else {
        ++i;
      }
    }
    return queue_.empty() || bytes_ + cost <= limit;
  }

  void push(waiting_message x) {
    bytes_ += x.cost();
    queue_.push_back(std::move(x));
  }
  [[nodiscard]] bool empty() const {
    return queue_.empty();
  }
  /// @pre !empty()
  [[nodiscard]] waiting_message& front() {
    return queue_.front();
  }
  /// @pre !empty()
  void pop() {
    bytes_ -= queue_.front().cost();
    queue_.pop_front();
  }
  void clear() {
    queue_.clear();
    bytes_ = 0;
  }
  [[nodiscard]] std::size_t bytes() const {
    return bytes_;
  }
  /// Samples dropped so far.
  [[nodiscard]] std::uint64_t dropped() const {
    return dropped_;
  }

private:
  [[nodiscard]] std::size_t limit_of(importance class_) const {
    switch (class_) {
    case importance::result:
      return 2 * bound_;
    case importance::control:
      return 3 * bound_;
    default:
      return bound_;
    }
  }

  std::deque<waiting_message> queue_;
  std::size_t bound_;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
};

} // namespace sluice::shm
