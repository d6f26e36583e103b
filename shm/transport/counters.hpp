// What the transport has counted, for /metrics and for tests.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::shm {

/// One lane of our own mailbox. Since this process started.
struct lane_counters {
  std::string sender;           ///< role
  std::uint64_t messages = 0;   ///< slots received
  std::uint64_t bytes = 0;      ///< parameter bytes received
  std::uint64_t recovered = 0;  ///< slots freed because their writer had died
  std::uint64_t refused = 0;    ///< slots without a valid message
  std::uint64_t found_full = 0; ///< attempts of senders that found no room
  std::uint64_t waiting = 0;    ///< slots in use now
};

/// One peer that we are connected to now, in its present life.
struct peer_counters {
  std::string role;
  std::uint64_t outbox_bytes = 0;
  std::uint64_t samples_dropped = 0; ///< oldest first, at the bound of the outbox
  std::uint64_t refused = 0;         ///< requests failed and messages dropped at the bound
};

struct transport_counters {
  std::vector<lane_counters> lanes;
  std::vector<peer_counters> peers;
  std::uint64_t malformed = 0; ///< messages whole by checksum that made no sense
  std::uint64_t deaths = 0;    ///< peers that died or left
  std::uint64_t hung = 0;      ///< times a living peer's heartbeat stood still
};

} // namespace sluice::shm
