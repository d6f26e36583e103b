// What the receiver does about a slot whose writer has died and about a lane whose cursors make no sense.
#pragma once

#include "shm/mailslot/lane.hpp"

namespace sluice::shm {

/// Who holds the head slot for writing, if anybody.
[[nodiscard]] inline std::optional<participant> writer_at(const lane& x, lane::ticket head) {
  const auto word = x.at(head).word.load(std::memory_order_acquire);
  if (lap_of(word) != x.lap_at(head) || state_of(word) != slot_state::writing)
    return std::nullopt;
  return holder_of(word);
}

/// Frees the slot of a writer that is dead: its message was never released, so nothing is lost that was promised.
/// @pre the caller is the receiver and knows that `dead` is. @returns false if the slot is not (any more) held by it.
[[nodiscard]] inline bool recover(const lane& x, lane::ticket head, participant dead) {
  auto expected = owner_word(x.lap_at(head), dead, slot_state::writing);
  // A dead writer's last store may have been `ready`: then the exchange fails and the message is delivered.
  if (!x.at(head).word.compare_exchange_strong(expected, owner_word(x.lap_at(head) + 1, {}, slot_state::free),
                                               std::memory_order_seq_cst, std::memory_order_relaxed))
    return false;
  x.header().head.store(head + 1, std::memory_order_release);
  x.header().recovered.fetch_add(1, std::memory_order_relaxed);
  return true;
}

/// Overwrites a word that no honest writer could have left, and moves on.
inline void discard(const lane& x, lane::ticket head) {
  release(x, head);
  x.header().refused.fetch_add(1, std::memory_order_relaxed);
}

/// The tail is a hint: too low costs helpers a few steps, too high blocks the lane. Sets an impossible one back: off by
/// more than the ring, or ahead of a head slot that nobody has claimed (a gap that no writer would ever fill).
/// @returns whether it was impossible. Receiver only.
inline bool repair_tail(const lane& x, lane::ticket head) {
  // First the tail, then the word. ACQUIRE pairs with the RELEASE of who moved the tail, after the claim of the slot.
  auto t = x.header().tail.load(std::memory_order_acquire);
  // A tail below the head is honest for a moment: the claimer has not yet advanced it, the receiver was faster.
  if (t == head || head - t <= x.slots())
    return false;
  if (t - head <= x.slots()
      && x.at(head).word.load(std::memory_order_acquire) != owner_word(x.lap_at(head), {}, slot_state::free))
    return false;
  return x.header().tail.compare_exchange_strong(t, head, std::memory_order_release, std::memory_order_relaxed);
}

} // namespace sluice::shm
