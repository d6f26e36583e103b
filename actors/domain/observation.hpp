// A backend that is only observed: what would hold a stream is noted and said, and what the stream is sent holds
// nobody. Decides no throttle.
#pragma once

#include "actors/domain/loop_output.hpp"
#include "actors/domain/stream_throttles.hpp"

namespace sluice {

/// What a stream of an observed backend is really to have: nothing but an operator's order, who has said so himself.
[[nodiscard]] wanted_command released(const entity& x, const stream_state& s, const backend_reason& why) noexcept;

/// Notes what would hold the stream; appends it to `out.observed`, with an event where the core would begin or end to
/// hold it. Returns when it must be looked at next though nothing happened.
instant observe(stream_state& s, const entity& x, const wanted_command& would, const backend_reason& why,
                const control_policy& policy, loop_output& out);

/// Ends the observation of a stream, where there was one: its backend is enforced from now on.
void end_observation(stream_state& s, loop_output& out);

} // namespace sluice
