// An agreement's latency objectives as OpenSLO documents (openslo/v1), for tools that read those. Writing only.
#pragma once

#include "actors/calendar/zone.hpp"
#include "actors/domain/agreement.hpp"

#include <string>

namespace sluice::exchange {

/// YAML: a Service for the tenant, then one SLO per latency point. Without latency points the Service alone.
///
/// An interval is an occurrence, good if it was met, and of all those are counted that were met or violated. (OpenSLO's
/// time slices are whole minutes.) The terms that OpenSLO has no word for are annotations: statistic, target, load.
/// @param in the zone of the agreement
[[nodiscard]] std::string write_openslo(const agreement& x, const calendar::zone& in);

} // namespace sluice::exchange
