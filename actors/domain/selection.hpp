// Which agreement a stream falls under when several selectors match it. Decides nothing about rates.
#pragma once

#include "actors/domain/agreement.hpp"

#include <span>

namespace sluice {

/// The agreement a stream falls under: of those that match, the most specific one. More parts without wildcard win,
/// then more literal characters in all, then the name that sorts first; hence the order of `agreements` does not
/// matter. Suspended ones match nothing. Nothing if none matches.
[[nodiscard]] const agreement* agreement_for(std::span<const agreement> agreements, const stream_id& stream) noexcept;

/// Whose stream it is, whether anything is in force for it or not: the most specific one of all, suspended ones too.
[[nodiscard]] const agreement* owner_of(std::span<const agreement> agreements, const stream_id& stream) noexcept;

/// True only if every stream that `inner` matches is matched by `outer`. False where that is not plain to see: of two
/// patterns with wildcards those that are equal, and `*`, count.
[[nodiscard]] bool within(const selector& inner, const selector& outer) noexcept;

/// False only if no stream can be matched by both. True where that is not plain to see.
[[nodiscard]] bool may_overlap(const selector& a, const selector& b) noexcept;

} // namespace sluice
