// The whole core: samples as they come, terms as they change, and every tick a plan for each backend and the judgement
// of all agreements. Pure; the actor around it only translates messages.
#pragma once

#include "actors/domain/loop_state.hpp"

#include <string>
#include <utility>
#include <vector>

namespace sluice {

/// Replaces all terms. Agreements that contradict themselves, or have the name of another one, are left out and
/// returned with what is wrong. An order that was known keeps its end on the monotonic clock.
std::vector<std::pair<std::string, mistake>> set_terms(loop_state& state, std::vector<agreement> agreements,
                                                       const std::vector<override_order>& orders, instant now,
                                                       wall_time label);

/// Takes a policy document over, from the next tick on. What is wrong with it is returned, and then nothing changes.
/// @param base what holds where the document gives nothing
std::vector<mistake> set_policy(loop_state& state, policy_document document, const control_policy& base);

/// Takes in a sample on its arrival. Nonsense, repeated and stale ones, and those beyond a bound, are refused and
/// counted. Allocates nothing for a stream that is known. The order in which the samples of a tick arrive does not
/// matter (sequence_filter.hpp says within which window).
/// @param incarnation of the gateway that measured it
void take(loop_state& state, std::uint64_t incarnation, const sample& x, instant now);

/// One tick. Before the terms are known nothing is decided: what gateways report as in force is renewed for a while.
/// The answer holds until the next call. Allocates nothing in the steady state; texts of what is sent live in memory
/// that is used again.
const loop_output& step(loop_state& state, instant now, wall_time label, const control_policy& policy);

/// All that would be in force on backends that are only observed, in the order of their streams.
[[nodiscard]] std::vector<throttle> would_be_in_force(const loop_state& state);

/// All throttles in force, as last sent, in the order of their streams.
[[nodiscard]] std::vector<throttle> in_force(const loop_state& state);

} // namespace sluice
