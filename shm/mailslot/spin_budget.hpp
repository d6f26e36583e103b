// How long a receiver polls before it sleeps: learned from what polling has brought. No clock, no memory of a peer.
#pragma once

#include <algorithm>
#include <chrono>

namespace sluice::shm {

/// Polling pays when the next message comes sooner than a sleeper can be woken, and when somebody can send it
/// meanwhile. The budget doubles when a message came in time, or would have with a longer poll, and halves when it did
/// not: a receiver that waits for seconds soon sleeps at once. Thread safety: none, the receiver's thread owns it.
class spin_budget {
public:
  using nanoseconds = std::chrono::nanoseconds;

  /// The first step from zero. Chosen: some round trips of a cache line.
  static constexpr nanoseconds least{500};

  /// How long to poll now. @param limit what the operator allows @param same_core the peer that was heard last ran
  /// where we run: while we poll it cannot send
  [[nodiscard]] nanoseconds next(nanoseconds limit, bool same_core) const {
    return same_core ? nanoseconds{0} : std::min(budget_, limit);
  }

  /// Polling for next() brought a message.
  void paid(nanoseconds limit) {
    grow(limit);
  }

  /// It did not, or there was none, and then a sleep of `slept` brought one or ended.
  void slept(nanoseconds slept, nanoseconds limit) {
    if (slept < limit)
      grow(limit);
    else
      budget_ = budget_ / 2 < least ? nanoseconds{0} : budget_ / 2;
  }

private:
  void grow(nanoseconds limit) {
    budget_ = std::min(std::max(budget_ * 2, least), limit);
  }

  nanoseconds budget_{0};
};

} // namespace sluice::shm
