// The bytes of a mailbox segment: what lies where, for every process that maps it. No behaviour, no pointers.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace sluice::shm {

/// Marks a finished segment ("SLUICEMB", little endian). Written last, before the file gets its name.
inline constexpr std::uint64_t segment_magic = 0x424d4543'49554c53;

/// Rises with any change to this file. A segment of another version is refused, never converted.
inline constexpr std::uint32_t layout_version = 2;

/// Role numbers run from 1 to this; zero means "nobody". Also the number of lanes a mailbox can have.
inline constexpr std::uint32_t max_roles = 8;

inline constexpr std::uint32_t min_slots = 4;
inline constexpr std::uint32_t max_slots = 65'536;
inline constexpr std::uint32_t min_slot_bytes = 256;
inline constexpr std::uint32_t max_slot_bytes = 1u << 20;

/// The largest message, over all its fragments [bytes]. Chosen: the largest sample batch or report is far below.
inline constexpr std::uint32_t max_message_bytes = 64u << 20;

static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(std::atomic<std::uint32_t>::is_always_lock_free);

/// Counters and cursors of one lane. Each cache line has one kind of writer.
struct lane_header {
  /// Writers: next ticket. A hint that anybody may advance or the receiver may set back to `head` (lane.hpp).
  alignas(64) std::atomic<std::uint64_t> tail;
  /// Receiver only.
  alignas(64) std::atomic<std::uint64_t> head;
  std::atomic<std::uint64_t> messages;  ///< slots taken and found good
  std::atomic<std::uint64_t> bytes;     ///< their parameter bytes
  std::atomic<std::uint64_t> recovered; ///< slots freed because their writer had died
  std::atomic<std::uint64_t> refused;   ///< slots whose contents were not a valid message
  /// Writers set 1 and sleep on it; the receiver sets 0 and wakes them when it has made room.
  alignas(64) std::atomic<std::uint32_t> room_wanted;
  /// Writers: how often the lane was found full.
  alignas(64) std::atomic<std::uint64_t> full;
};
static_assert(sizeof(lane_header) == 256);

/// First page of the file.
struct segment_header {
  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t header_bytes;
  std::uint32_t lanes;
  std::uint32_t slots_per_lane;
  std::uint32_t slot_bytes;
  std::uint32_t role; ///< of the receiver
  std::uint64_t incarnation;
  std::uint64_t total_bytes;
  std::atomic<std::uint32_t> closing; ///< 1: the receiver is on its way out
  /// 1: the receiver sleeps on this word (futex). Whoever sets it back to 0 wakes it.
  alignas(64) std::atomic<std::uint32_t> sleeping;
  /// Rises while the receiver's thread goes round. Stands still in a stopped or looping process.
  alignas(64) std::atomic<std::uint64_t> heartbeat;
  alignas(64) std::array<lane_header, max_roles> lane;
};
inline constexpr std::size_t header_bytes = 4096;
static_assert(sizeof(segment_header) <= header_bytes);
static_assert(offsetof(segment_header, incarnation) == 32);
static_assert(offsetof(segment_header, sleeping) == 64);
static_assert(offsetof(segment_header, heartbeat) == 128);
static_assert(offsetof(segment_header, lane) == 192);

/// What is placed in a slot besides the parameters (R2). The owner word in front of it is not part of the message.
struct message_header {
  std::uint32_t operation = 0; ///< says how to interpret the parameters; 1 to 99 belong to the transport
  std::uint16_t flags = 0;
  std::uint8_t sender_role = 0;
  std::uint8_t sender_cpu = 0; ///< where the sender ran: 1 + processor number modulo 255; 0: not said
  std::uint64_t sender_incarnation = 0;
  std::uint64_t correlation = 0; ///< which request this is, or answers
  std::uint64_t destination = 0; ///< actor id at the receiver
  std::uint64_t source = 0;      ///< actor id at the sender
  std::uint32_t length = 0;      ///< parameter bytes in this slot
  std::uint32_t sequence = 0;    ///< message number of this sender; all fragments of one message share it
  std::uint32_t placed_ms = 0;   ///< monotonic clock when placed, modulo 2^32 [ms]
  std::uint32_t checksum = 0;    ///< over all of the above and the parameters (checksum.hpp)
};
static_assert(sizeof(message_header) == 56);

/// The parameters begin with a fragment_prefix; `operation` is that of the whole message.
inline constexpr std::uint16_t flag_fragment = 1;

/// Where a fragment belongs in its message.
struct fragment_prefix {
  std::uint32_t total = 0;  ///< bytes of the whole message
  std::uint32_t offset = 0; ///< of this fragment's bytes in it
};
static_assert(sizeof(fragment_prefix) == 8);

/// One slot. The parameter region follows directly and fills the slot.
struct slot {
  std::atomic<std::uint64_t> word; ///< owner_word.hpp
  message_header header;
};
static_assert(sizeof(slot) == 64);

/// Sizes that describe one segment; checked once at open, then private to the process.
struct geometry {
  std::uint32_t lanes = 0;
  std::uint32_t slots_per_lane = 256; ///< a power of two
  std::uint32_t slot_bytes = 4096;    ///< a multiple of 64

  [[nodiscard]] constexpr std::uint32_t capacity() const {
    return slot_bytes - static_cast<std::uint32_t>(sizeof(slot));
  }
  [[nodiscard]] constexpr std::uint64_t total_bytes() const {
    return header_bytes + std::uint64_t{lanes} * slots_per_lane * slot_bytes;
  }
  [[nodiscard]] constexpr bool valid() const {
    return lanes >= 1 && lanes <= max_roles && slots_per_lane >= min_slots && slots_per_lane <= max_slots
           && (slots_per_lane & (slots_per_lane - 1)) == 0 && slot_bytes >= min_slot_bytes
           && slot_bytes <= max_slot_bytes && slot_bytes % 64 == 0;
  }
};

} // namespace sluice::shm
