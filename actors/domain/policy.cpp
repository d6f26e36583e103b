// Checks a policy.
#include "actors/domain/policy.hpp"

#include "actors/domain/throttle.hpp"

#include <algorithm>
#include <cmath>

namespace sluice {

namespace {

bool share(double x) {
  return std::isfinite(x) && x > 0 && x <= 1;
}

} // namespace

std::string_view to_string(policy_mode x) noexcept {
  switch (x) {
  case policy_mode::enforce:
    return "enforce";
  case policy_mode::observe:
    return "observe";
  }
  return "invalid";
}

std::optional<policy_mode> parse_policy_mode(std::string_view text) noexcept {
  for (const auto x : {policy_mode::enforce, policy_mode::observe})
    if (text == to_string(x))
      return x;
  return std::nullopt;
}

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
  if (x.mode > policy_mode::observe || *std::max_element(x.turns.begin(), x.turns.end()) >= x.turns.size())
    return "the mode or a tier's turn to yield is unknown";
  if (!share(x.small_step) || !share(x.large_step) || x.large_step < x.small_step
      || x.between_small_steps < duration::zero())
    return "the steps of a throttle must be above 0 % and at most 100 %, the large one not below the small one";
  return {};
}

} // namespace sluice
