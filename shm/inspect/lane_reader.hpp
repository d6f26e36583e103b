// Reads one lane while its writers and its receiver are at work. Writes nothing, waits for nobody, makes no system
// call.
#pragma once

#include "shm/inspect/snapshot.hpp"
#include "shm/mailslot/lane.hpp"

namespace sluice::shm::inspect {

/// How long ago a message was placed; 0 for one that was placed after `now_ms` was read. Both modulo 2^32 [ms]: right
/// up to 24 days.
[[nodiscard]] std::chrono::milliseconds message_age(std::uint32_t now_ms, std::uint32_t placed_ms);

/// Looks at the slots from the head on until the first free one, at no more than the lane has. `sender` is the lane's
/// role number. `state` of the holders and `sender_name` are left for the caller, who may ask the system.
///
/// A slot is reported ready, with its operation code and age, only if its owner word was the same before and after its
/// header was read: the word holds the lap, so no other message can have been there meanwhile.
[[nodiscard]] lane_found read_lane(const lane& x, std::uint32_t sender, std::uint32_t now_ms);

} // namespace sluice::shm::inspect
