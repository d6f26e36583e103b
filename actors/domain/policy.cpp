// Checks a policy.
#include "actors/domain/policy.hpp"

#include "actors/domain/throttle.hpp"

#include <cmath>

namespace sluice {

namespace {

bool share(double x) {
  return std::isfinite(x) && x > 0 && x <= 1;
}

} // namespace

std::string problem_with(const control_policy& x) {
  if (x.lease <= duration::zero() || x.lease > max_lease)
    return "the lease must be above 0 s and at most 60 s";
  if (x.refresh <= duration::zero() || x.refresh > x.lease / 2)
    return "the refresh must be above 0 s and at most half the lease";
  if (x.repeat <= duration::zero() || x.repeat > x.refresh)
    return "the repeat must be above 0 s and not above the refresh";
  if (x.knee <= duration::zero() || x.knee > std::chrono::seconds{60})
    return "the knee must be above 0 s and at most 60 s";
  if (x.knee_least <= duration::zero() || x.knee_least > x.knee)
    return "the least knee must be above 0 s and not above the knee";
  if (!share(x.best_effort_share) || !std::isfinite(x.best_effort_weight) || x.best_effort_weight <= 0
      || x.best_effort_weight > 1000)
    return "the best-effort share must be above 0 and at most 1, its weight above 0 and at most 1000";
  if (!share(x.aim_mean) || !share(x.aim_percentile))
    return "the share of a latency target that is aimed at must be above 0 and at most 1";
  if (x.best_effort_floor.per_second == 0 || x.best_effort_floor.per_second > 1'000'000)
    return "the best-effort floor must be 1 to 1000000 I/O per second";
  if (x.sticky < duration::zero() || x.active <= duration::zero() || x.silent <= duration::zero() || x.forget < x.silent
      || x.deficit_after < duration::zero() || x.deficit_over < duration::zero())
    return "a time is negative or a stream would be forgotten before it is silent";
  return {};
}

} // namespace sluice
