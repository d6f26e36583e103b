// How a backend is doing at a tick: what is aimed at, who is in danger, how full it is. Decides nothing.
#pragma once

#include "actors/domain/backend_state.hpp"

#include <span>

namespace sluice {

/// Rates in I/O per second, times in seconds.
struct pressure {
  const entity* beneficiary = nullptr; ///< the protected entity that is in the most danger, or was and nearly is; null
                                       ///< = none is protected
  double danger = 0;         ///< its latency, or where none is protected the mean one, as a share of what is aimed at
  bool draining = false;     ///< that latency is of a queue that is gone: its own requests in flight say so
  double latency = 0;        ///< mean of all, by requests
  double in_flight = 0;      ///< now
  double mean_in_flight = 0; ///< over the time of the last samples [units: requests times their cost]
};

/// The tightest promise of those that use their streams, at most the policy's knee; else 0.
[[nodiscard]] double promised_aim(std::span<const entity> entities, instant now, const control_policy& policy) noexcept;

/// The latency at which everybody who keeps to a reservation can have it with the requests that it keeps outstanding
/// (Little's law): a client with 32 of them gets 2,000 per second at 16 ms and not at 20. From the policy's least knee
/// to its knee.
[[nodiscard]] double reserved_aim(std::span<const entity> entities, instant now, const control_policy& policy) noexcept;

[[nodiscard]] pressure pressure_on(std::span<const entity> entities, double aim, instant now,
                                   const control_policy& policy) noexcept;

} // namespace sluice
