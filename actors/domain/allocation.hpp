// Divides a backend among its entities: rates by water-filling, requests in flight by Little's law.
#pragma once

#include "actors/domain/capacity.hpp"
#include "actors/domain/entitlement.hpp"
#include "actors/domain/entity.hpp"
#include "actors/domain/hierarchy.hpp"
#include "actors/domain/water_filling.hpp"

#include <span>
#include <vector>

namespace sluice {

/// The backend as it is at a tick. Times in seconds.
struct backend_view {
  double capacity = 0; ///< units per second
  double trim = 1;
  double aim = 0;                        ///< the mean latency aimed at
  bool deficit = false;                  ///< declared
  double least = 0;                      ///< what everybody gets even in a deficit [I/O per second]
  std::span<const claim_group> groups{}; ///< of tenants; none = all entities compete at one level
  yield_turns turns{0, 1, 2, 3};         ///< of the tiers in a deficit
};

/// Memory that is kept from one call to the next. Its contents mean nothing.
struct allocation_scratch {
  std::vector<need> needs;
  std::vector<claim> claims;
  std::vector<double> parts;
  filling_scratch filling;
  hierarchical_filling tree;
  std::vector<std::uint32_t> group_of;
  std::vector<double> busy;  ///< of each group: units that those use who wait for nobody
  std::vector<double> reach; ///< of each group: what it would get if all of it began to wait
};

/// What of its promise an entity needs now [units per second].
[[nodiscard]] double need_of(const entity& x) noexcept;

/// Sets `entitled`, `part`, `depth` and `cap_rate` of every entity. One that is alone has no cap.
/// Allocates only where `scratch` was never as large.
void allocate(std::span<entity> entities, const backend_view& backend, allocation_scratch& scratch);

/// The same with memory of its own.
void allocate(std::span<entity> entities, const backend_view& backend);

/// Divides what an entity got among its streams by what they ask for: everybody gets at least `least` (or an equal
/// share, if that is less), nobody more than it asks for as long as another could use it, the rest in proportion. Sums
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
