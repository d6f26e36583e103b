// The word that says who holds a slot: lap, participant and state in 64 bits. Not the transitions (lane.hpp).
#pragma once

#include <cstdint>

namespace sluice::shm {

/// A slot has one holder at a time (R1, R4):
///
///          claim               publish            take
///     free ------> writing(P) ---------> ready --------> reading(R)
///      ^               |                                     |
///      |  recover      | (P died)                            |
///      +---- lap+1 ----+--------------- release, lap+1 ------+
///
enum class slot_state : std::uint8_t { free = 0, writing = 1, ready = 2, reading = 3 };

/// Who runs: a role in one of its lives. Also the number of the byte that it keeps locked for life (participant.hpp).
struct participant {
  static constexpr std::uint32_t life_bits = 20;
  static constexpr std::uint32_t life_mask = (1u << life_bits) - 1;

  std::uint32_t number = 0; ///< role in bits 20 to 23, life in bits 0 to 19

  [[nodiscard]] static constexpr participant of(std::uint32_t role, std::uint64_t incarnation) {
    return {role << life_bits | (static_cast<std::uint32_t>(incarnation) & life_mask)};
  }
  [[nodiscard]] constexpr std::uint32_t role() const {
    return number >> life_bits;
  }
  [[nodiscard]] constexpr std::uint32_t life() const {
    return number & life_mask;
  }
  friend constexpr bool operator==(participant, participant) = default;
};

/// Ticket / slots: how often the slot has been used. Compared modulo 2^32.
using lap = std::uint32_t;

[[nodiscard]] constexpr std::uint64_t owner_word(lap l, participant p, slot_state s) {
  return std::uint64_t{l} << 32 | std::uint64_t{p.number & 0xff'ffff} << 8 | static_cast<std::uint8_t>(s);
}
[[nodiscard]] constexpr lap lap_of(std::uint64_t word) {
  return static_cast<lap>(word >> 32);
}
[[nodiscard]] constexpr participant holder_of(std::uint64_t word) {
  return {static_cast<std::uint32_t>(word >> 8) & 0xff'ffff};
}
/// The state as found; a value above 3 is no state at all.
[[nodiscard]] constexpr slot_state state_of(std::uint64_t word) {
  return static_cast<slot_state>(word & 0xff);
}

} // namespace sluice::shm
