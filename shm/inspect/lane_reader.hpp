// Reads one lane while its writers and its receiver are at work. Writes nothing, waits for nobody, makes no system
// call.
#pragma once

#include "shm/inspect/snapshot.hpp"
#include "shm/mailslot/lane.hpp"

#include <atomic>
#include <optional>

namespace sluice::shm::inspect {

/// How long ago a message was placed; 0 for one that was placed after `now_ms` was read. Both modulo 2^32 [ms]: right
/// up to 24 days.
[[nodiscard]] std::chrono::milliseconds message_age(std::uint32_t now_ms, std::uint32_t placed_ms);

/// What is looked at in a message's header.
struct header_seen {
  std::uint32_t operation = 0;
  std::uint32_t placed_ms = 0;
};

/// Reads the header of a slot whose owner word was `word`. Empty if the word is another one afterwards: then the slot
/// was given away meanwhile, and what was read may be of two messages. `meanwhile` runs before that second look, for
/// tests.
template<class Meanwhile>
[[nodiscard]] std::optional<header_seen> read_header(const slot& at, std::uint64_t word, Meanwhile meanwhile) {
  // Another process may be writing: atomic. ACQUIRE: the second look at the word comes after.
  const auto racing = [](const std::uint32_t& from) {
    return std::atomic_ref<std::uint32_t>{const_cast<std::uint32_t&>(from)}.load(std::memory_order_acquire);
  };
  const header_seen seen{racing(at.header.operation), racing(at.header.placed_ms)};
  meanwhile();
  if (at.word.load(std::memory_order_relaxed) != word)
    return std::nullopt;
  return seen;
}

/// Looks at the slots from the head on until the first free one, at no more than the lane has. `sender` is the lane's
/// role number. `state` of the holders and `sender_name` are left for the caller, who may ask the system.
///
/// A slot is reported ready, with its operation code and age, only if its owner word was the same before and after its
/// header was read: the word holds the lap, so no other message can have been there meanwhile.
[[nodiscard]] lane_found read_lane(const lane& x, std::uint32_t sender, std::uint32_t now_ms);

} // namespace sluice::shm::inspect
