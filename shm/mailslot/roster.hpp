// The bytes of the roster file and which of its bytes are locked by whom. No behaviour: that is participant.cpp.
#pragma once

#include "shm/mailslot/layout.hpp"

#include <array>
#include <cstdint>

namespace sluice::shm {

inline constexpr std::uint64_t roster_magic = 0x5653494c'49554c53; // "SLUILISV"

/// Contents of the file. Locks lie far behind it; a lock needs no byte to exist.
struct roster {
  std::uint64_t magic = 0;
  std::uint32_t version = 0;
  std::array<std::uint32_t, max_roles + 1> lives{}; ///< number of the latest life, by role number
};

/// Word of a refusal between two layouts. Its place and form stay the same in every release, whatever `version` says.
struct refusal_note {
  std::uint32_t count = 0;          ///< a change means news
  std::uint32_t role = 0;           ///< of who left it
  std::uint32_t layout_version = 0; ///< that of its program
};
inline constexpr std::int64_t refusal_note_offset = 1024;
static_assert(sizeof(roster) <= refusal_note_offset);

// Offsets of locks [bytes].
inline constexpr std::int64_t entry_byte = std::int64_t{1} << 30; ///< held while joining or leaving
inline constexpr std::int64_t role_byte = entry_byte + 1;         ///< + role: held by who runs the role
inline constexpr std::int64_t life_byte = std::int64_t{1} << 31;  ///< + participant number: held for that life

} // namespace sluice::shm
