// One lane of a mailbox: a ring of exclusive-access slots from one sender role to the receiver. No system calls.
#pragma once

#include "shm/mailslot/layout.hpp"
#include "shm/mailslot/owner_word.hpp"

#include <bit>
#include <optional>

namespace sluice::shm {

/// Both sides' view of a lane. Copyable, owns nothing.
class lane {
public:
  lane() = default;
  lane(lane_header& header, std::byte* slots, const geometry& g)
      : header_(&header),
        slots_(slots),
        slot_bytes_(g.slot_bytes),
        mask_(g.slots_per_lane - 1),
        shift_(static_cast<std::uint32_t>(std::countr_zero(g.slots_per_lane))) {}

  using ticket = std::uint64_t;

  [[nodiscard]] slot& at(ticket t) const {
    return *reinterpret_cast<slot*>(slots_ + (t & mask_) * slot_bytes_);
  }
  [[nodiscard]] std::byte* parameters(ticket t) const {
    return slots_ + (t & mask_) * slot_bytes_ + sizeof(slot);
  }
  [[nodiscard]] lap lap_at(ticket t) const {
    return static_cast<lap>(t >> shift_);
  }
  [[nodiscard]] std::uint32_t capacity() const {
    return static_cast<std::uint32_t>(slot_bytes_ - sizeof(slot));
  }
  [[nodiscard]] std::uint64_t slots() const {
    return mask_ + 1;
  }
  [[nodiscard]] lane_header& header() const {
    return *header_;
  }

private:
  lane_header* header_ = nullptr;
  std::byte* slots_ = nullptr;
  std::uint64_t slot_bytes_ = 0;
  std::uint64_t mask_ = 0;
  std::uint32_t shift_ = 0;
};

/// A claim gives up after this many looks at the tail. Each look that fails means that another writer got ahead, so
/// honest writers never reach it; a segment full of nonsense does, and is then "full".
inline constexpr int max_claim_looks = 4096;

/// Takes exclusive access to the next free slot for writing. Empty when the lane is full. Lock-free, never sleeps.
/// Claim first, advance the tail after: a writer that dies in between leaves a slot that names it, and any other
/// writer moves the tail on in its place. (Taking a ticket first would leave a gap that nobody answers for.)
[[nodiscard]] inline std::optional<lane::ticket> claim(const lane& x, participant self) {
  auto& tail = x.header().tail;
  for (int look = 0; look < max_claim_looks; ++look) {
    // ACQUIRE pairs with the RELEASE of whoever moved the tail; only progress depends on it, the slot's word decides.
    auto t = tail.load(std::memory_order_acquire);
    auto& word = x.at(t).word;
    auto seen = word.load(std::memory_order_acquire);
    const auto ahead = static_cast<std::int32_t>(lap_of(seen) - x.lap_at(t));
    if (ahead == 0 && state_of(seen) == slot_state::free) {
      // ACQUIRE pairs with the RELEASE in release(): the receiver's reads of the last lap happen before our writes.
      if (word.compare_exchange_strong(seen, owner_word(x.lap_at(t), self, slot_state::writing),
                                       std::memory_order_acquire, std::memory_order_relaxed)) {
        auto expected = t;
        tail.compare_exchange_strong(expected, t + 1, std::memory_order_release, std::memory_order_relaxed);
        return t;
      }
    } else if (ahead >= 0) {
      tail.compare_exchange_strong(t, t + 1, std::memory_order_release, std::memory_order_relaxed); // help
    } else if (tail.load(std::memory_order_acquire) == t) {
      break; // the slot still holds the previous lap: full
    }
  }
  x.header().full.fetch_add(1, std::memory_order_relaxed);
  return std::nullopt;
}

/// Hands the slot to the receiver. @pre `t` came from claim() with the same `self` and has been filled.
inline void publish(const lane& x, lane::ticket t, participant self) {
  // RELEASE pairs with the ACQUIRE in take(): header and parameters are visible before the state says `ready`.
  // What orders it before a look at `sleeping` is the fence in outlet::notify().
  x.at(t).word.store(owner_word(x.lap_at(t), self, slot_state::ready), std::memory_order_release);
}

/// What the receiver finds at the head of a lane.
enum class head_state : std::uint8_t {
  empty,   ///< nothing placed yet
  held,    ///< a writer of this life holds it: wait, or recover when it is dead
  ready,   ///< a message waits
  corrupt, ///< no state that the protocol knows
};

[[nodiscard]] inline head_state look(const lane& x, lane::ticket head, std::uint32_t role) {
  // SEQ_CST: when called before sleeping this load must not pass the store to `sleeping` (see outlet::notify()).
  const auto word = x.at(head).word.load(std::memory_order_seq_cst);
  if (word == owner_word(x.lap_at(head), {}, slot_state::free)) // what polling mostly finds
    return head_state::empty;
  if (lap_of(word) != x.lap_at(head))
    return head_state::corrupt;
  switch (state_of(word)) {
  case slot_state::free: // with a holder: not what release() leaves, and claim() takes no offence
    return head_state::empty;
  case slot_state::writing:
    return holder_of(word).role() == role ? head_state::held : head_state::corrupt;
  case slot_state::ready:
    return holder_of(word).role() == role ? head_state::ready : head_state::corrupt;
  default:
    return head_state::corrupt;
  }
}

/// Takes exclusive access for reading (R4). @pre look() said ready.
inline void take(const lane& x, lane::ticket head, participant self) {
  auto& word = x.at(head).word;
  // ACQUIRE pairs with publish(). Plain store: nobody else may change a `ready` slot.
  static_cast<void>(word.load(std::memory_order_acquire));
  word.store(owner_word(x.lap_at(head), self, slot_state::reading), std::memory_order_relaxed);
}

/// Gives the slot back to the writers and moves on.
inline void release(const lane& x, lane::ticket head) {
  // RELEASE pairs with the ACQUIRE in claim(): our reads of this lap happen before the writes of the next. What orders
  // it before a look at `room_wanted` is the fence in inbox::make_room_known().
  x.at(head).word.store(owner_word(x.lap_at(head) + 1, {}, slot_state::free), std::memory_order_release);
  x.header().head.store(head + 1, std::memory_order_release);
}

} // namespace sluice::shm
