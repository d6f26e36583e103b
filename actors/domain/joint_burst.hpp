// Keeps an agreement's joint credit for bursts beside what its gateways hold of it. Decides no throttle.
#pragma once

#include "actors/domain/entity.hpp"
#include "actors/domain/stream_table.hpp"

namespace sluice {

/// One tick of an entity with a burst and several streams; of others, nothing: a single gateway's bucket is the joint
/// one.
void pass_credit(entity& x, stream_table& streams, double passed_seconds) noexcept;

/// I/O that promises count per request of a stream, of what it does now; 1 without requests.
[[nodiscard]] double counted_of(const stream_signal& x) noexcept;

} // namespace sluice
