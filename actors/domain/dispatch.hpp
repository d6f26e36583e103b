// From what entities got to what is sent: looks at those streams only whose throttle could be another one. Decides no
// part.
#pragma once

#include "actors/domain/backend_state.hpp"
#include "actors/domain/loop_output.hpp"
#include "actors/domain/stream_throttles.hpp"

namespace sluice {

/// Looks at the streams of one entity where that is needed; appends throttles, renewals and events. A change of depth
/// by a quarter lets the trim of the backend's capacity rest. Afterwards `x.ledger.due` says when it needs to be looked
/// at next though nothing happened.
void dispatch(entity& x, backend_state& backend, stream_table& streams, const backend_reason& why,
              const control_policy& policy, split_scratch& scratch, loop_output& out);

} // namespace sluice
