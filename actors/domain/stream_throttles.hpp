// Turns what an entity got into the throttles of its streams, with their reasons.
#pragma once

#include "actors/domain/allocation.hpp"
#include "actors/domain/plan.hpp"

namespace sluice {

/// What a stream's reason rests on, the same for all streams of a backend.
struct backend_reason {
  const backend_view& view;
  std::string_view backend;
  const entity* beneficiary = nullptr; ///< the entity whose latency is protected; null = none
  wall_time label;
  instant now{0};
};

/// The throttles that the streams of `x` should have, in the order of `streams`; generation and lease are not set.
/// `controlled` false: nothing but an operator's order holds.
[[nodiscard]] std::vector<throttle> wanted_throttles(const entity& x, std::span<const stream_id* const> ids,
                                                     std::span<stream_state* const> streams, const backend_reason& why,
                                                     bool controlled, const control_policy& policy);

} // namespace sluice
