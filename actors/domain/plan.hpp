// The control law: the only place that decides a throttle. Pure: same state and input, same output; no clock, no
// chance, no I/O. The law and its reasons are in README.md.
#pragma once

#include "actors/domain/backend_state.hpp"
#include "actors/domain/dispatch.hpp"
#include "actors/domain/loop_output.hpp"
#include "actors/domain/policy.hpp"
#include "actors/domain/stream_table.hpp"

#include <vector>

namespace sluice {

/// The moment of a tick.
struct plan_time {
  instant now{0};
  wall_time label;
};

/// Memory that is kept from one plan to the next. Its contents mean nothing.
struct plan_scratch {
  std::vector<const stream_signal*> signals;
  split_scratch split;
  crowd_scratch crowds;
};

/// Plans one backend and appends to `out`. Total: any input gives a finite plan. Without an agreement on any of its
/// streams a backend is left alone: streams that had been throttled are released, the others never hear of us.
///
/// Costs nothing where nothing happened and nothing is due. Allocates only for what is sent, and for more streams than
/// there ever were. @pre the streams' signals are closed, and entities touched, for this tick
void plan(backend_state& state, stream_table& streams, const plan_time& at, const control_policy& policy,
          plan_scratch& scratch, loop_output& out);

} // namespace sluice
