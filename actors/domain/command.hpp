// Whether a throttle must be sent to a stream now: when it changed enough, was not acknowledged, or is due for a
// refresh.
#pragma once

#include "actors/domain/policy.hpp"
#include "actors/domain/throttle.hpp"

#include <optional>

namespace sluice {

/// What is in force for a stream as far as the core knows.
struct standing_command {
  throttle last;   ///< generation 0 = none was sent
  instant sent{0}; ///< last time
  instant changed{0};
};

/// Returns the throttle to send, if any. `wanted` carries everything but generation and lease; its `why.since` is kept
/// from the last one as long as the rule is the same. @param acknowledged highest generation the gateway reported
///
/// A change of the rule, and a step of a quarter or more, is sent at once; smaller ones from 5 % on at most twice a
/// second, and whatever is left with the refresh. Hence a quiet stream costs one command a second.
[[nodiscard]] std::optional<throttle> command(standing_command& x, throttle wanted, std::uint64_t acknowledged,
                                              instant now, const control_policy& policy);

/// How far two allowances are apart: the largest relative difference of their values, infinite where only one has a
/// limit.
[[nodiscard]] double distance(const allowance& a, const allowance& b) noexcept;

} // namespace sluice
