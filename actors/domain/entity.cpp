// Sums streams up and tells who keeps to its promise.
#include "actors/domain/entity.hpp"

#include "actors/domain/envelope.hpp"

#include <algorithm>

namespace sluice {

namespace {

constexpr double arrivals_smoothing = 0.3;                  ///< one stalled interval must not make a victim look greedy
constexpr int crowded_enough = 2;                           ///< ticks; one is a burst, or a sample taken in a stall
constexpr double held_enough = 0.05;                        ///< share of the time
constexpr double served_enough = 0.9;                       ///< share of the promise
constexpr duration hunger = std::chrono::milliseconds{500}; ///< bridges lost samples

} // namespace

bool entity::held() const noexcept {
  return held_by_depth > held_enough || (cap_rate && held_by_rate > held_enough);
}

void gather(entity& x, std::span<const stream_signal* const> streams) noexcept {
  x.arrivals = x.demand = x.used = x.completions = x.backlog = x.in_flight = x.latency = 0;
  x.mean_in_flight = 0;
  x.held_by_depth = x.held_by_rate = 0;
  double timed = 0;
  double latency = 0;
  for (const auto* s : streams) {
    x.arrivals += s->arrivals;
    x.demand += s->demand;
    x.used += s->used;
    x.completions += s->completions;
    x.backlog += s->backlog;
    x.in_flight += s->in_flight;
    x.mean_in_flight += s->mean_in_flight;
    x.held_by_depth = std::max(x.held_by_depth, s->held_by_depth);
    x.held_by_rate = std::max(x.held_by_rate, s->held_by_rate);
    x.active = std::max(x.active, s->active);
    if (s->latency > 0) {
      timed += s->used;
      latency += s->used * s->latency;
    }
  }
  if (timed > 0)
    x.latency = latency / timed;
}

void judge_excess(entity& x, double aim, instant now, const control_policy& policy) noexcept {
  if (x.fresh)
    x.smooth_arrivals += arrivals_smoothing * (x.arrivals - x.smooth_arrivals);
  const auto promised = x.promise.target > 0 ? x.promise.target : aim;
  const auto rate = x.cut ? x.entitled : x.promise.rate;
  // Requests pile up at one that gets less than it was promised, too: that is no excess, or a victim whose queue grew
  // in the first moment would never be protected again.
  const auto served = x.used >= served_enough * rate;
  if (served && !keeps_to(rate, std::max(promised, x.latency), 0, x.outstanding())) {
    if (x.fresh)
      ++x.crowded_ticks;
  } else {
    x.crowded_ticks = 0;
  }
  const auto wants_back = x.cut && x.held();
  if (x.crowded_ticks >= crowded_enough || wants_back || !keeps_to(rate, promised, x.smooth_arrivals, 0))
    x.excess_until = now + policy.sticky;
  x.excess = now < x.excess_until;
}

void judge_hunger(entity& x, double aim, bool endangered, instant now) noexcept {
  // Whom only its own limit holds back has all it may have: it waits for nobody.
  const auto own_limit = x.held_by_rate > held_enough && !x.held();
  const auto rate = x.cut ? x.entitled : x.promise.rate;
  const auto waits = endangered || x.held() || !keeps_to(rate, aim, 0, x.outstanding());
  if (x.excess && waits && !own_limit)
    x.hungry_until = now + hunger;
  x.hungry = x.excess && now < x.hungry_until;
}

} // namespace sluice
