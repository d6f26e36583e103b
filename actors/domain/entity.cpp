// Sums streams up and tells who keeps to its promise.
#include "actors/domain/entity.hpp"

#include "actors/domain/envelope.hpp"

#include <algorithm>
#include <cmath>

namespace sluice {

namespace {

constexpr double arrivals_smoothing = 0.3;                  ///< one stalled interval must not make a victim look greedy
constexpr int crowded_enough = 2;                           ///< ticks; one is a burst, or a sample taken in a stall
constexpr double held_enough = 0.05;                        ///< share of the time
constexpr double served_enough = 0.9;                       ///< share of the promise
constexpr duration in_traffic = std::chrono::seconds{1};    ///< before it fell silent
constexpr double crowd_slack = 1.15;                        ///< as for one alone
constexpr double crowd_extra = 2;                           ///< I/O per second
constexpr double enough_requests = 0.1;                     ///< per second; fewer say nothing about their size
constexpr double cheapest = 0.01;                           ///< units per request
constexpr double dearest = 10'000;                          ///< units per request; 32 MiB at the price of bytes
constexpr duration hunger = std::chrono::milliseconds{500}; ///< bridges lost samples

} // namespace

bool entity::held() const noexcept {
  // More streams than requests in flight are held by rates, too (rate_cap in stream_throttles).
  const auto by_rates = cap_rate || (hungry && depth > 0 && depth < static_cast<double>(ledger.streams.size()));
  return held_by_depth > held_enough || (by_rates && held_by_rate > held_enough);
}

void gather(entity& x, std::span<const stream_signal* const> streams) noexcept {
  x.arrivals = x.demand = x.used = x.completions = x.backlog = x.in_flight = x.latency = 0;
  x.mean_in_flight = 0;
  x.done = {};
  x.missing = false;
  x.held_by_depth = x.held_by_rate = 0;
  double timed = 0;
  double latency = 0;
  for (const auto* s : streams) {
    x.arrivals += s->arrivals;
    x.demand += s->demand;
    x.used += s->used;
    x.completions += s->completions;
    x.done += s->done;
    x.backlog += s->backlog;
    x.in_flight += s->in_flight;
    x.mean_in_flight += s->mean_in_flight;
    x.held_by_depth = std::max(x.held_by_depth, s->held_by_depth);
    x.held_by_rate = std::max(x.held_by_rate, s->held_by_rate);
    x.active = std::max(x.active, s->active);
    x.missing = x.missing || (s->quiet && s->heard - s->active < in_traffic);
    if (s->latency > 0) {
      timed += s->used;
      latency += s->used * s->latency;
    }
  }
  if (timed > 0)
    x.latency = latency / timed;
  if (x.fresh) {
    x.recent_arrivals[x.next_arrivals] = x.arrivals;
    x.next_arrivals = static_cast<std::uint8_t>((x.next_arrivals + 1) % x.recent_arrivals.size());
  }
  if (streams.size() >= many_streams)
    x.demand = std::min(x.demand, *std::max_element(x.recent_arrivals.begin(), x.recent_arrivals.end()));
}

void price(entity& x, const cost_model& model) noexcept {
  const auto requests = x.done.requests();
  if (requests < enough_requests)
    return;
  x.cost = std::clamp(std::round(cost_of(model, x.done) / requests * 0x1p20) / 0x1p20, cheapest, dearest);
  x.counted = std::max(promised_ios(x.done) / requests, 1.0);
}

double judge_crowds(std::span<entity> entities, std::size_t groups, double capacity, const control_policy& policy,
                    crowd_scratch& scratch) {
  const auto floor = static_cast<double>(policy.best_effort_floor.per_second);
  double poor = 0;
  for (const auto& x : entities)
    poor += x.promise.hard < floor ? 1 : 0;
  const auto least = capacity > 0 && poor > 0 ? std::min(floor, policy.best_effort_share * capacity / poor) : floor;
  scratch.asked.assign(groups, 0);
  scratch.promised.assign(groups, 0);
  scratch.members.assign(groups, 0);
  for (auto& x : entities) {
    x.promise.rate = std::min(std::max(x.promise.hard, least), x.promise.limit);
    if (x.group >= groups)
      continue;
    scratch.asked[x.group] += x.smooth_arrivals * x.counted;
    scratch.promised[x.group] += x.promise.rate;
    ++scratch.members[x.group];
  }
  for (auto& x : entities)
    x.crowd = x.group > 0 && x.group < groups && scratch.members[x.group] > 1
              && !keeps_to(scratch.promised[x.group], 0, scratch.asked[x.group], 0);
  return least;
}

void judge_excess(entity& x, double aim, instant now, const control_policy& policy) noexcept {
  if (x.fresh)
    x.smooth_arrivals += arrivals_smoothing * (x.arrivals - x.smooth_arrivals);
  const auto promised = x.promise.target > 0 ? x.promise.target : aim;
  const auto rate = x.cut ? x.entitled : x.promised();
  // Requests pile up at one that gets less than it was promised, too: that is no excess, or a victim whose queue grew
  // in the first moment would never be protected again.
  // Many streams that ask for no more than was promised wait for their turn, or for us: what is outstanding in them all
  // is no depth that somebody keeps up.
  const auto modest = x.ledger.streams.size() >= many_streams && keeps_to(rate, promised, x.demand, 0);
  const auto served = x.used >= served_enough * rate && !modest;
  if (served && !keeps_to(rate, std::max(promised, x.latency), 0, x.outstanding())) {
    if (x.fresh)
      ++x.crowded_ticks;
  } else {
    x.crowded_ticks = 0;
  }
  const auto wants_back = x.cut && x.held();
  // In a crowd nobody has slack of its own above what was agreed.
  const auto one_of_many = x.crowd && x.smooth_arrivals > crowd_slack * rate + crowd_extra;
  if (x.crowded_ticks >= crowded_enough || wants_back || one_of_many || !keeps_to(rate, promised, x.smooth_arrivals, 0))
    x.excess_until = now + policy.sticky;
  x.excess = now < x.excess_until;
}

void judge_hunger(entity& x, double aim, bool endangered, instant now) noexcept {
  // Whom only its own limit holds back has all it may have: it waits for nobody.
  const auto own_limit = x.held_by_rate > held_enough && !x.held();
  const auto rate = x.cut ? x.entitled : x.promised();
  const auto waits = endangered || x.held() || !keeps_to(rate, aim, 0, x.outstanding());
  if (x.excess && waits && !own_limit)
    x.hungry_until = now + hunger;
  x.hungry = x.excess && now < x.hungry_until;
}

} // namespace sluice
