// Turns terms into figures.
#include "actors/domain/promise.hpp"

#include "actors/domain/latency_aims.hpp"

#include <algorithm>

namespace sluice {

promise promise_of(const objective& x, const control_policy& policy) {
  promise result;
  if (!x.limit.iops.unlimited())
    result.limit = static_cast<double>(std::max(x.limit.iops, x.limit.above ? x.limit.above->iops : rate{}).per_second);
  result.reservation = static_cast<double>(x.reservation.per_second);
  result.hard = result.reservation;
  result.weight = static_cast<double>(std::max(x.weight, 1u));
  result.tier = x.tier;
  for (const auto& point : x.latency) {
    if (!point.up_to.unlimited())
      result.hard = std::max(result.hard, static_cast<double>(point.up_to.per_second));
    else if (x.reservation.unlimited() && !x.limit.iops.unlimited())
      result.hard = std::max(result.hard, static_cast<double>(x.limit.iops.per_second));
  }
  const latency_aims aims{x, policy};
  result.aim = aims.aim();
  result.target = aims.target();
  result.hard = std::min(result.hard, result.limit);
  const auto floor = static_cast<double>(policy.best_effort_floor.per_second);
  result.rate = std::min(std::max(result.hard, floor), result.limit);
  return result;
}

promise best_effort_promise(const control_policy& policy) noexcept {
  promise result;
  result.rate = static_cast<double>(policy.best_effort_floor.per_second);
  return result;
}

} // namespace sluice
