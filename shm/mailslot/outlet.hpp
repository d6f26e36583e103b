// A sender's side of a peer's mailbox: claim a slot, fill it, release it, notify. Any thread may put.
#pragma once

#include "shm/mailslot/segment.hpp"

#include <chrono>
#include <span>

namespace sluice::shm {

/// Places one message (R1 to R3): exclusive access, contents, release. The header's length and checksum are filled in
/// here. `prefix` and `body` lie one after the other in the parameter region. False when the lane is full. Never
/// sleeps. Does not notify. Any thread. @pre prefix.size() + body.size() <= x.capacity()
[[nodiscard]] bool deposit(const lane& x, participant self, const message_header& header,
                           std::span<const std::byte> prefix, std::span<const std::byte> body);

/// Thread safety: all members may be called by any thread at any time.
class outlet {
public:
  /// @pre self.role() is a lane of `mailbox`
  outlet(segment mailbox, participant self);

  /// deposit() into the lane of our role.
  [[nodiscard]] bool put(const message_header& header, std::span<const std::byte> prefix,
                         std::span<const std::byte> body) {
    return deposit(lane_, self_, header, prefix, body);
  }

  /// Wakes the receiver if it sleeps (R6). No system call otherwise.
  void notify();

  /// Sleeps until the receiver has made room or `limit` has passed.
  void wait_for_room(std::chrono::nanoseconds limit);

  [[nodiscard]] std::uint32_t capacity() const {
    return lane_.capacity();
  }
  [[nodiscard]] const segment& mailbox() const {
    return mailbox_;
  }
  [[nodiscard]] std::uint64_t heartbeat() const {
    return mailbox_.header().heartbeat.load(std::memory_order_relaxed);
  }

private:
  segment mailbox_;
  participant self_;
  lane lane_;
};

} // namespace sluice::shm
