// Puts the streams of a backend into entities, by agreement or by client.
#pragma once

#include "actors/domain/plan.hpp"

namespace sluice {

/// Builds `state.entities` anew; what an entity carries from tick to tick is kept by its name. Called when the terms or
/// the set of streams changed.
void group_streams(backend_state& state, const plan_input& input, const control_policy& policy);

} // namespace sluice
