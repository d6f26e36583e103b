// The transport's own operation codes (1 to 99) and what their parameters are. Those from 100 on are in the codec
// table.
#pragma once

#include <cstdint>

namespace sluice::shm {

namespace operation {
/// A message that has no code of its own. Parameters: forwarding stack, then CAF's self-describing form.
inline constexpr std::uint32_t generic = 1;
/// Please tell me when your actor `destination` ends. No parameters.
inline constexpr std::uint32_t watch = 2;
/// My actor `source` has ended. Parameters: the reason.
inline constexpr std::uint32_t down = 3;
/// My actor `source` is linked to your `destination`, or not any more. No parameters.
inline constexpr std::uint32_t link = 4;
inline constexpr std::uint32_t unlink = 5;
/// Which actor has this name? Parameters: the name; `correlation` is the question's number.
inline constexpr std::uint32_t resolve = 6;
/// Its id is `source` (0: nobody has the name). Parameters: the signatures of its handlers.
inline constexpr std::uint32_t resolved = 7;
/// Results that every interface has: an error, or success without a value.
inline constexpr std::uint32_t error_result = 8;
inline constexpr std::uint32_t void_result = 9;
/// Your actor `destination` will have its result `correlation` from another process. Parameters: delegated_to.
inline constexpr std::uint32_t delegated = 10;

inline constexpr std::uint32_t first_free = 100;
} // namespace operation

/// Which process owes the result now.
struct delegated_to {
  std::uint64_t role = 0;
  std::uint64_t incarnation = 0;
};

/// Flag of a message: its sender is not an actor of the sending process; a handle comes first in the parameters.
inline constexpr std::uint16_t flag_source_inline = 2;

/// What becomes of a message when the peer's mailbox and our outbox are full.
enum class importance : std::uint8_t {
  droppable, ///< a sample: the oldest waiting one is dropped for it, counted and logged
  plain,     ///< dropped, counted and logged: the sender did not ask for a result
  request,   ///< its sender gets an error at once
  result,    ///< may use as much again: a request must end
  control,   ///< may use as much again once more: monitors and links must hold
};

} // namespace sluice::shm
