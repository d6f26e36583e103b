// Something that happened and that people will ask about: kept, listed, never acted upon.
#pragma once

#include "actors/domain/units.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

enum class event_kind : std::uint8_t {
  gateway_connected,
  gateway_lost,
  stream_throttled,
  stream_released,
  promise_violated,
  promise_recovered,
  capacity_deficit_began,
  capacity_deficit_ended,
  agreement_established,
  agreement_ended,
  override_ordered,
  override_ended,
  samples_lost,
  would_throttle, ///< on a backend that is only observed
  would_release,
  policy_established,
  exclusion_entered,
  exclusion_withdrawn,
  evidence_broken, ///< something in the ledger or in a chain is not as it was written
};

/// The name as in logs and in the API, for example `gateway-lost`.
[[nodiscard]] std::string_view to_string(event_kind x) noexcept;

struct event {
  wall_time at;
  event_kind kind = event_kind::gateway_connected;
  std::string subject; ///< the gateway, stream, agreement or backend
  std::string text;    ///< one sentence with the figures
  friend auto operator<=>(const event&, const event&) = default;
};

/// What the core knows of a backend at a tick.
struct backend_status {
  std::string name;
  std::uint64_t capacity = 0;  ///< what it was measured to give [I/O per second]
  std::uint64_t delivered = 0; ///< what it gives now [I/O per second]
  std::uint64_t promised = 0;  ///< sum of the reservations on it [I/O per second]
  std::uint32_t in_flight = 0;
  std::uint32_t streams = 0;   ///< with traffic now
  std::uint32_t throttled = 0; ///< of these, held back by the core
  duration latency{0};         ///< mean backend latency now
  bool deficit = false;        ///< less capacity than was promised
  bool full_seen = false;      ///< `capacity` was measured while it was full, not only the most that was asked of it
  duration least_latency{0};   ///< mean backend latency at low load; zero = unknown
  bool observed = false;       ///< the policy only observes it: `throttled` counts those that would be
  friend auto operator<=>(const backend_status&, const backend_status&) = default;
};

} // namespace sluice
