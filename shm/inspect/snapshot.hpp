// What one look at an instance's shared memory found. Values only; every number in it was written by somebody else.
#pragma once

#include "shm/mailslot/layout.hpp"
#include "shm/mailslot/owner_word.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace sluice::shm::inspect {

/// Most holders that are named per lane; further ones are counted.
inline constexpr std::size_t max_holders = 16;

/// Most different operation codes that are counted apart per lane; slots with further ones are counted together.
inline constexpr std::size_t max_codes = 16;

enum class liveness : std::uint8_t { dead, alive, unknown };

/// What a slot's word says. `impossible`: no state that the protocol could have left there.
enum class slot_content : std::uint8_t { free, writing, ready, reading, impossible };

/// Exclusive access that somebody has now.
struct holding {
  std::uint64_t slot = 0; ///< position in its lane
  slot_content content = slot_content::writing;
  participant who;
  liveness state = liveness::unknown;
};

/// Slots whose message waits for the receiver.
struct waiting_code {
  std::uint32_t operation = 0;
  std::uint64_t slots = 0; ///< a message of several fragments has several
};

struct lane_found {
  std::uint32_t sender = 0; ///< role number
  std::string sender_name;
  std::uint64_t head = 0; ///< tickets, as the segment says
  std::uint64_t tail = 0;
  slot_content head_slot = slot_content::free;
  std::uint64_t writing = 0; ///< slots by content
  std::uint64_t ready = 0;
  std::uint64_t reading = 0;
  std::uint64_t impossible = 0;
  std::uint64_t changed = 0; ///< slots that changed while they were read: in use, of unknown content
  std::vector<holding> holders;
  std::uint64_t holders_not_named = 0;
  std::vector<waiting_code> waiting; ///< by code, ascending
  std::uint64_t waiting_others = 0;  ///< slots of codes beyond max_codes
  std::optional<std::chrono::milliseconds>
      oldest;                 ///< age of the oldest waiting message; empty: none waits, or not said
  std::uint64_t messages = 0; ///< counters of the segment, since its receiver started
  std::uint64_t bytes = 0;
  std::uint64_t recovered = 0;
  std::uint64_t refused = 0;
  std::uint64_t full = 0;
  bool writers_wait = false; ///< some writer sleeps until there is room

  [[nodiscard]] std::uint64_t used() const {
    return writing + ready + reading + impossible + changed;
  }
};

struct mailbox_found {
  std::string name; ///< of the receiver's role, from the file's name
  std::filesystem::path file;
  std::string problem;                  ///< why nothing below is known, one sentence; empty: all is
  std::optional<std::uint32_t> version; ///< of the layout, if it is a mailbox at all
  std::optional<std::chrono::system_clock::time_point> since; ///< when the file was made, if the file system says so
  std::uint32_t role = 0;
  std::uint64_t incarnation = 0;
  liveness state = liveness::unknown; ///< of the receiver in the life that made the file
  geometry sizes;
  std::uint64_t heartbeat = 0;
  bool sleeping = false;
  bool closing = false;
  std::vector<lane_found> lanes;

  [[nodiscard]] std::uint32_t life() const {
    return participant::of(role, incarnation).life();
  }
};

/// One role of the roster that has run at least once.
struct role_found {
  std::uint32_t number = 0;
  std::string name;
  std::uint32_t life = 0; ///< the latest
  liveness state = liveness::unknown;
};

/// When somebody looked. Clocks are read by the caller.
struct moment {
  std::chrono::system_clock::time_point wall;
  std::chrono::nanoseconds monotonic{0}; ///< CLOCK_MONOTONIC
  std::uint32_t coarse_ms = 0;           ///< CLOCK_MONOTONIC_COARSE modulo 2^32 [ms]: what senders stamp messages with
};

struct snapshot {
  std::filesystem::path directory;
  std::string instance;
  moment when;
  std::string roster_problem; ///< why nobody's state is known; empty: it is
  std::vector<role_found> roles;
  std::vector<mailbox_found> mailboxes; ///< by role number
};

} // namespace sluice::shm::inspect
