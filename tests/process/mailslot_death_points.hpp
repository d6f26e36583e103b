// The steps of the slot protocol by hand, so that a test's process can die between any two of them. No test itself.
#pragma once

#include "shm/mailslot/checksum.hpp"
#include "shm/mailslot/participant.hpp"
#include "tests/unit/mailslot_fixture.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace sluice::shm::test {

[[noreturn]] inline void die() {
  ::raise(SIGKILL);
  std::abort(); // not reached
}

/// Where a writer dies, in the order of its steps.
enum class writer_point : std::uint8_t {
  tail_not_advanced, ///< the slot is claimed, the tail not yet moved
  claimed,           ///< the tail is moved, nothing is written
  half_copied,       ///< in the middle of the contents
  copied,            ///< contents and header are there, the word still says `writing`
  released,          ///< published, the receiver not yet notified
  flag_cleared,      ///< `sleeping` is cleared, the receiver not yet woken
  wants_room         ///< `room_wanted` is set, nothing claimed
};
inline constexpr std::array writer_points = {
    writer_point::tail_not_advanced, writer_point::claimed,      writer_point::half_copied, writer_point::copied,
    writer_point::released,          writer_point::flag_cleared, writer_point::wants_room};

/// Whether a message placed by die_writing() must arrive.
constexpr bool is_released(writer_point x) {
  return x == writer_point::released || x == writer_point::flag_cleared;
}
/// Whether the receiver must free the slot.
constexpr bool leaves_a_slot(writer_point x) {
  return x < writer_point::released;
}

/// Places `body` as outlet::put() and notify() do and dies on the way. Returns only when the lane is full.
inline void die_writing(writer_point where, outlet& out, participant self, message_header header,
                        std::span<const std::byte> body) {
  const auto lane = out.mailbox().lane_at(self.role() - 1);
  auto& shared = out.mailbox().header();
  if (where == writer_point::wants_room) {
    lane.header().room_wanted.store(1);
    die();
  }
  if (where == writer_point::tail_not_advanced) {
    const auto t = lane.header().tail.load();
    auto expected = owner_word(lane.lap_at(t), {}, slot_state::free);
    if (lane.at(t).word.compare_exchange_strong(expected, owner_word(lane.lap_at(t), self, slot_state::writing)))
      die();
    return; // another thread of this life was faster, or the lane is full
  }
  const auto ticket = claim(lane, self);
  if (!ticket)
    return;
  if (where == writer_point::claimed)
    die();
  auto* parameters = lane.parameters(*ticket);
  std::memcpy(parameters, body.data(), body.size() / 2);
  if (where == writer_point::half_copied)
    die();
  if (!body.empty())
    std::memcpy(parameters, body.data(), body.size());
  header.length = static_cast<std::uint32_t>(body.size());
  header.checksum = message_checksum(header, body);
  lane.at(*ticket).header = header;
  if (where == writer_point::copied)
    die();
  publish(lane, *ticket, self);
  if (where == writer_point::flag_cleared)
    shared.sleeping.exchange(0);
  die();
}

/// Where a receiver dies, in the order of its steps.
enum class reader_point : std::uint8_t {
  taken,       ///< the word says `reading`, nothing is copied
  half_copied, ///< in the middle of the contents
  freed,       ///< the word says `free`, the cursor in the segment is not moved
  announced    ///< `sleeping` is set, the receiver not yet asleep
};
inline constexpr std::array reader_points = {reader_point::taken, reader_point::half_copied, reader_point::freed,
                                             reader_point::announced};

/// Takes the slot `head` of the lane of `role` and dies on the way. @pre it is ready
[[noreturn]] inline void die_reading(reader_point where, const segment& mailbox, std::uint32_t role, lane::ticket head,
                                     participant self) {
  const auto lane = mailbox.lane_at(role - 1);
  if (where == reader_point::announced) {
    mailbox.header().sleeping.store(1);
    die();
  }
  take(lane, head, self);
  if (where == reader_point::taken)
    die();
  std::vector<std::byte> copy(lane.parameters(head), lane.parameters(head) + lane.capacity() / 2);
  if (where == reader_point::half_copied)
    die();
  lane.at(head).word.store(owner_word(lane.lap_at(head) + 1, {}, slot_state::free));
  die();
}

} // namespace sluice::shm::test
