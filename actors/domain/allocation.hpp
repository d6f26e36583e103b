// Divides a backend among its entities: rates by water-filling, requests in flight by Little's law.
#pragma once

#include "actors/domain/capacity.hpp"
#include "actors/domain/entity.hpp"

#include <span>

namespace sluice {

/// The backend as it is at a tick. Rates in I/O per second, times in seconds.
struct backend_view {
  double capacity = 0;
  double trim = 1;
  double aim = 0;       ///< the mean latency aimed at
  bool deficit = false; ///< declared
};

/// What of its promise an entity needs now.
[[nodiscard]] double need_of(const entity& x) noexcept;

/// Sets `entitled`, `part`, `depth` and `cap_rate` of every entity. One that is alone has no cap.
void allocate(std::span<entity> entities, const backend_view& backend, const control_policy& policy);

/// Divides what an entity got among its streams by what they ask for: everybody gets at least `least` (or an equal
/// share, if that is less), nobody more than it asks for as long as another could use it, the rest in equal parts. Sums
/// up to `amount`; infinite stays infinite.
[[nodiscard]] std::vector<double> share_out(double amount, std::span<const double> asked, double least);

/// Whole numbers of at least 1 that follow `parts` and, but for that minimum, sum up to the same.
[[nodiscard]] std::vector<std::uint32_t> whole_parts(std::span<const double> parts);

} // namespace sluice
