// Which agreement a stream falls under when several selectors match it. Decides nothing about rates.
#pragma once

#include "actors/domain/agreement.hpp"

#include <span>

namespace sluice {

/// The agreement a stream falls under: of those that match, the most specific one. More parts without wildcard win,
/// then more literal characters in all, then the name that sorts first; hence the order of `agreements` does not
/// matter. Suspended ones match nothing. Nothing if none matches.
[[nodiscard]] const agreement* agreement_for(std::span<const agreement> agreements, const stream_id& stream) noexcept;

/// Whose stream it is, also while nothing is in force for it: agreement_for(), else the same among suspended ones.
[[nodiscard]] const agreement* owner_of(std::span<const agreement> agreements, const stream_id& stream) noexcept;

} // namespace sluice
