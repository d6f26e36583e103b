// Puts the streams of a backend into entities, by agreement or by client, and keeps both in the order of their names.
#pragma once

#include "actors/domain/backend_state.hpp"
#include "actors/domain/stream_table.hpp"

#include <span>
#include <vector>

namespace sluice {

/// Streams join the backend: `stream_state::terms` says under which agreement. Sorts `joining`. Costs as much as there
/// are entities and streams of the entities joined.
void join(backend_state& state, stream_table& streams, std::vector<stream_slot>& joining, const control_policy& policy);

/// A stream leaves its backend; it stays listed there until sweep().
void leave(stream_state& x) noexcept;

/// Ends what leave() began: the streams that left are listed no longer.
void sweep(backend_state& state, const stream_table& streams);

/// Drops entities that nobody is left in, with all that was carried of them. After the streams of a tick have joined:
/// then one stream may leave and another one join, and what is known of the agreement stays.
void drop_empty(backend_state& state, stream_table& streams);

/// Builds all entities anew, after the terms or the policy changed; what an entity carries from tick to tick is kept by
/// its name.
void regroup(backend_state& state, stream_table& streams, const control_policy& policy);

/// Everything is looked at in the next tick.
void touch(backend_state& backend, entity& x) noexcept;
void touch(stream_state& x) noexcept;

} // namespace sluice
