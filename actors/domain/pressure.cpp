// One look at all entities each.
#include "actors/domain/pressure.hpp"

#include <algorithm>

namespace sluice {

double promised_aim(std::span<const entity> entities, instant now, const control_policy& policy) noexcept {
  double result = 0;
  for (const auto& x : entities)
    if (x.promise.aim > 0 && now - x.active < policy.active)
      result = std::min(result > 0 ? result : seconds(policy.knee), x.promise.aim);
  return result;
}

pressure pressure_on(std::span<const entity> entities, double aim, instant now, const control_policy& policy) noexcept {
  pressure result;
  double weighted = 0;
  double used = 0;
  for (const auto& x : entities) {
    weighted += x.latency * x.used;
    used += x.used;
    result.in_flight += x.in_flight;
    result.mean_in_flight += x.mean_in_flight * x.cost;
    if (x.promise.aim <= 0 || x.excess || now - x.active >= policy.active)
      continue;
    const auto danger = x.latency / x.promise.aim;
    if (result.beneficiary == nullptr || danger > result.danger) {
      result.beneficiary = &x;
      result.danger = danger;
    }
  }
  result.latency = used > 0 ? weighted / used : 0;
  if (result.beneficiary == nullptr)
    result.danger = result.latency / aim;
  return result;
}

} // namespace sluice
