// One look at all entities each.
#include "actors/domain/pressure.hpp"

#include <algorithm>

namespace sluice {

namespace {

/// As long as the one that is named as protected is in this much of the greatest danger, nobody else is named: who is
/// in danger together would take turns in every tick, and each turn is a throttle for everybody that is held.
constexpr double nearly = 0.8;
constexpr double drained = 0.5;        ///< of the smoothed latency: what it is now, by Little's law
constexpr double used_up = 1.1;        ///< who uses this much of its reservation has it
constexpr double reserve_margin = 0.7; ///< latencies scatter

} // namespace

double promised_aim(std::span<const entity> entities, instant now, const control_policy& policy) noexcept {
  double result = 0;
  for (const auto& x : entities)
    if (x.promise.aim > 0 && now - x.active < policy.active)
      result = std::min(result > 0 ? result : seconds(policy.knee), x.promise.aim);
  return result;
}

double reserved_aim(std::span<const entity> entities, instant now, const control_policy& policy) noexcept {
  auto result = seconds(policy.knee);
  for (const auto& x : entities) {
    const auto promised = x.promise.reservation / x.counted;
    if (promised <= 0 || x.excess || x.outstanding() <= 0 || x.used > used_up * promised
        || now - x.active >= policy.active)
      continue;
    result = std::min(result, reserve_margin * x.outstanding() / promised);
  }
  return std::max(result, seconds(policy.knee_least));
}

pressure pressure_on(std::span<const entity> entities, double aim, instant now, const control_policy& policy) noexcept {
  pressure result;
  const entity* former = nullptr;
  double its_danger = 0;
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
    if (x.ledger.beneficiary) {
      former = &x;
      its_danger = danger;
    }
    if (result.beneficiary == nullptr || danger > result.danger) {
      result.beneficiary = &x;
      result.danger = danger;
    }
  }
  result.latency = used > 0 ? weighted / used : 0;
  if (result.beneficiary == nullptr) {
    result.danger = result.latency / aim;
    return result;
  }
  const auto& worst = *result.beneficiary;
  result.draining = worst.completions > 0 && worst.mean_in_flight < drained * worst.latency * worst.completions;
  if (former != nullptr && its_danger >= nearly * result.danger)
    result.beneficiary = former;
  return result;
}

} // namespace sluice
