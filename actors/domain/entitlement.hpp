// Who yields when less is there than was promised: the lowest tier first, in proportion inside a tier.
#pragma once

#include "actors/domain/objective.hpp"

#include <span>
#include <vector>

namespace sluice {

struct need {
  sluice::tier tier = sluice::tier::best_effort;
  double rate = 0; ///< promised and asked for [I/O per second]
};

/// Writes what of each need is met from `capacity`, in the order of the needs. All of it if there is enough.
/// @pre met.size() == needs.size()
void entitlements(std::span<const need> needs, double capacity, std::span<double> met) noexcept;

/// The same with memory of its own.
[[nodiscard]] std::vector<double> entitlements(std::span<const need> needs, double capacity);

} // namespace sluice
