// Divides a backend among its entities: rates by water-filling, requests in flight by Little's law.
#pragma once

#include "actors/domain/capacity.hpp"
#include "actors/domain/entitlement.hpp"
#include "actors/domain/entity.hpp"
#include "actors/domain/water_filling.hpp"

#include <span>
#include <vector>

namespace sluice {

/// The backend as it is at a tick. Rates in I/O per second, times in seconds.
struct backend_view {
  double capacity = 0;
  double trim = 1;
  double aim = 0;       ///< the mean latency aimed at
  bool deficit = false; ///< declared
};

/// Memory that is kept from one call to the next. Its contents mean nothing.
struct allocation_scratch {
  std::vector<need> needs;
  std::vector<claim> claims;
  std::vector<double> parts;
  filling_scratch filling;
};

/// What of its promise an entity needs now.
[[nodiscard]] double need_of(const entity& x) noexcept;

/// Sets `entitled`, `part`, `depth` and `cap_rate` of every entity. One that is alone has no cap.
/// Allocates only where `scratch` was never as large.
void allocate(std::span<entity> entities, const backend_view& backend, const control_policy& policy,
              allocation_scratch& scratch);

/// The same with memory of its own.
void allocate(std::span<entity> entities, const backend_view& backend, const control_policy& policy);

/// Divides what an entity got among its streams by what they ask for: everybody gets at least `least` (or an equal
/// share, if that is less), nobody more than it asks for as long as another could use it, the rest in equal parts. Sums
/// up to `amount`; infinite stays infinite. @pre result.size() == asked.size()
void share_out(double amount, std::span<const double> asked, double least, std::span<double> result,
               allocation_scratch& scratch);

/// The same with memory of its own.
[[nodiscard]] std::vector<double> share_out(double amount, std::span<const double> asked, double least);

/// Whole numbers of at least 1 that follow `parts` and, but for that minimum, sum up to the same.
/// @pre result.size() == parts.size()
void whole_parts(std::span<const double> parts, std::span<std::uint32_t> result) noexcept;

/// The same with memory of its own.
[[nodiscard]] std::vector<std::uint32_t> whole_parts(std::span<const double> parts);

} // namespace sluice
