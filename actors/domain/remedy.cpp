// The lowest tier.
#include "actors/domain/remedy.hpp"

namespace sluice {

std::optional<remedy_tier> remedy_of(const interval_counts& x, std::span<const remedy_tier> tiers) noexcept {
  std::optional<remedy_tier> lowest;
  for (const auto& tier : tiers)
    if (is_below(x, tier.below_ppm) && (!lowest || tier.below_ppm < lowest->below_ppm))
      lowest = tier;
  return lowest;
}

} // namespace sluice
