// How messages between the processes fare, as the metrics tell it: plain values that somebody else fills in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::http {

/// What one process sends another.
struct carriage_lane {
  std::string sender;
  std::uint64_t messages = 0; ///< counters since the receiver started
  std::uint64_t bytes = 0;
  std::uint64_t recovered = 0;
  std::uint64_t refused = 0;
  std::uint64_t full = 0;
  std::uint64_t used = 0; ///< slots now
  std::uint64_t slots = 0;
  std::optional<double> oldest_seconds; ///< age of the oldest waiting message; empty: none waits, or not known
};

struct carriage_mailbox {
  std::string receiver;
  bool up = false;
  std::uint64_t heartbeats = 0;
  std::vector<carriage_lane> lanes;
};

/// What waits in this process for another one that has no room.
struct carriage_outbox {
  std::string receiver;
  std::uint64_t bytes = 0;
  std::uint64_t samples_dropped = 0;
  std::uint64_t refused = 0;
};

struct carriage {
  std::vector<carriage_mailbox> mailboxes;
  std::vector<carriage_outbox> outboxes;
  std::uint64_t malformed = 0;
  std::uint64_t deaths = 0;
  std::uint64_t hung = 0;
};

} // namespace sluice::http
