// What the provider gives back for a period in which too little was kept. Pure; knows no prices.
#pragma once

#include "actors/domain/accounting.hpp"
#include "actors/domain/objective.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace sluice {

/// Tiers in an agreement.
inline constexpr std::size_t max_remedies = 8;

/// The tier that counts: of those that compliance is below, by the exact ratio, the lowest. Nothing if it is below
/// none, or nothing was judged.
[[nodiscard]] std::optional<remedy_tier> remedy_of(const interval_counts& x,
                                                   std::span<const remedy_tier> tiers) noexcept;

} // namespace sluice
