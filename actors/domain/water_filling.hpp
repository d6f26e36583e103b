// Divides an amount by weight between floors and ceilings (weighted max-min fairness). Knows nothing of streams.
#pragma once

#include <span>
#include <vector>

namespace sluice {

/// One that wants a part. All figures in the same unit; nonsense (negative, not a number, ceiling below floor) counts
/// as zero or as the floor.
struct claim {
  double floor = 0;
  double ceiling = 0; ///< may be infinite
  double weight = 1;
};

struct filling {
  std::vector<double> parts; ///< in the order of the claims
  double level =
      0; ///< what a claim of weight 1 without ceiling gets or would get; infinite if all ceilings are reached
};

/// A level at which the total begins to grow faster (a claim leaves its floor) or slower (it reaches its ceiling).
struct bend {
  double level = 0;
  double slope = 0;
};

/// Memory that is kept from one call to the next. Its contents mean nothing.
struct filling_scratch {
  std::vector<claim> claims;
  std::vector<bend> bends;
};

/// Finds the level with sum(clamp(level * weight, floor, ceiling)) = min(max(amount, sum of floors), sum of ceilings).
/// Hence nobody is above its floor while a claim with less per weight is unsatisfied. O(n log n). Writes the parts in
/// the order of the claims and returns the level. Allocates only where `scratch` was never as large.
/// @pre parts.size() == claims.size()
double water_fill(std::span<const claim> claims, double amount, std::span<double> parts, filling_scratch& scratch);

/// The same with memory of its own.
[[nodiscard]] filling water_fill(std::span<const claim> claims, double amount);

} // namespace sluice
