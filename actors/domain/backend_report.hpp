// What people are told of a backend: its figures, who takes the most, a deficit. Decides nothing.
#pragma once

#include "actors/domain/backend_state.hpp"
#include "actors/domain/loop_output.hpp"
#include "actors/domain/pressure.hpp"
#include "actors/domain/stream_table.hpp"

namespace sluice {

/// Sets the backend's `status`, `culprit` and `culprits_entity`, after its streams were dispatched.
void report_backend(backend_state& state, const stream_table& streams, const pressure& seen);

/// The event that a deficit began or ended. @param needed promised and asked for [I/O per second]
void report_deficit(const backend_state& state, double needed, wall_time label, loop_output& out);

} // namespace sluice
