// Messages that wait for room in a peer's mailbox: a bounded queue in order of sending. No lock, no thread, no actor.
#pragma once

#include "shm/mailslot/layout.hpp"
#include "shm/transport/operation.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
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

/// Two queues, samples and the rest, merged by number when taken out: dropping the oldest sample costs the same however
/// much waits. Thread safety: none, the peer's lock guards it.
class outbox {
public:
  explicit outbox(std::size_t bound_bytes) : bound_(bound_bytes) {}

  /// True when a message of this size may be queued, after dropping samples for it, oldest first, where that helps.
  /// An empty outbox takes any message: a large one must not be refused for ever.
  [[nodiscard]] bool make_room(std::size_t body_bytes, importance class_) {
    const auto cost = sizeof(waiting_message) + body_bytes;
    const auto limit = limit_of(class_);
    while (bytes_ + cost > limit) {
      // A sample that is in slots in part must follow whole. At most one per sending thread, hence few.
      std::size_t first = 0;
      while (first < samples_.size() && samples_[first].message.sent > 0)
        ++first;
      if (samples_.size() <= first)
        break;
      bytes_ -= samples_[first].message.cost();
      ++dropped_;
      samples_.erase(samples_.begin() + static_cast<std::ptrdiff_t>(first));
    }
    return empty() || bytes_ + cost <= limit;
  }

  void push(waiting_message x) {
    bytes_ += x.cost();
    auto& queue = x.class_ == importance::droppable ? samples_ : others_;
    queue.push_back({next_++, std::move(x)});
  }
  [[nodiscard]] bool empty() const {
    return samples_.empty() && others_.empty();
  }
  /// The oldest. @pre !empty()
  [[nodiscard]] waiting_message& front() {
    return oldest().front().message;
  }
  /// @pre !empty()
  void pop() {
    auto& queue = oldest();
    bytes_ -= queue.front().message.cost();
    queue.pop_front();
  }
  void clear() {
    samples_.clear();
    others_.clear();
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
  struct entry {
    std::uint64_t number;
    waiting_message message;
  };

  std::deque<entry>& oldest() {
    if (samples_.empty())
      return others_;
    if (others_.empty())
      return samples_;
    return samples_.front().number < others_.front().number ? samples_ : others_;
  }
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

  std::deque<entry> samples_;
  std::deque<entry> others_;
  std::size_t bound_;
  std::size_t bytes_ = 0;
  std::uint64_t next_ = 0;
  std::uint64_t dropped_ = 0;
};

} // namespace sluice::shm
