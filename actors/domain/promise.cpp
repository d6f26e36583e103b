// Turns terms into figures.
#include "actors/domain/promise.hpp"

#include <algorithm>

namespace sluice {

promise promise_of(const objective& x, const control_policy& policy) noexcept {
  promise result;
  if (!x.limit.iops.unlimited())
    result.limit = static_cast<double>(std::max(x.limit.iops, x.limit.above ? x.limit.above->iops : rate{}).per_second);
  result.reservation = static_cast<double>(x.reservation.per_second);
  result.rate = result.reservation;
  result.weight = static_cast<double>(std::max(x.weight, 1u));
  result.tier = x.tier;
  for (const auto& point : x.latency) {
    if (!point.up_to.unlimited())
      result.rate = std::max(result.rate, static_cast<double>(point.up_to.per_second));
    else if (x.reservation.unlimited() && !x.limit.iops.unlimited())
      result.rate = std::max(result.rate, static_cast<double>(x.limit.iops.per_second));
    const auto share = point.statistic == latency_statistic::mean || point.statistic == latency_statistic::p50
                           ? policy.aim_mean
                           : policy.aim_percentile;
    const auto aim = seconds(point.target) * share;
    if (aim > 0 && (result.aim <= 0 || aim < result.aim)) {
      result.aim = aim;
      result.target = seconds(point.target);
    }
  }
  const auto floor = static_cast<double>(policy.best_effort_floor.per_second);
  result.rate = std::min(std::max(result.rate, floor), result.limit);
  return result;
}

promise best_effort_promise(const control_policy& policy) noexcept {
  promise result;
  result.rate = static_cast<double>(policy.best_effort_floor.per_second);
  return result;
}

} // namespace sluice
