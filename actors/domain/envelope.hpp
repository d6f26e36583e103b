// How much may be in flight by Little's law for one who keeps to what was promised: a bound that needs no reaction.
#pragma once

#include "actors/domain/promise.hpp"

#include <cstdint>

namespace sluice {

/// Most requests in flight of a conforming entity: 1.5 * rate * latency + 8 (control.md). At least 1.
[[nodiscard]] double envelope_depth(double rate, double latency) noexcept;

/// The latency to count with: the promised one, or the observed one where the backend is slower, up to four times the
/// promised one (a victim must not be held back because of what others do to it).
[[nodiscard]] double envelope_latency(double promised, double observed) noexcept;

/// Whether an entity keeps to its promise: it asks for no more, and has no more outstanding than Little's law explains.
/// The second half finds the closed-loop client that is throttled and therefore asks for little.
[[nodiscard]] bool keeps_to(double rate, double latency, double arrivals, double outstanding) noexcept;

} // namespace sluice
