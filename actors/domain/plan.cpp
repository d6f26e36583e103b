// One tick of one backend: see who keeps to what, estimate the backend, divide it, command.
#include "actors/domain/plan.hpp"

#include "actors/domain/allocation.hpp"
#include "actors/domain/backend_report.hpp"
#include "actors/domain/joint_burst.hpp"
#include "actors/domain/pressure.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sluice {

namespace {

constexpr double full = 0.7;        ///< in flight, as a share of what is aimed at: the backend does all it can
constexpr int full_enough = 3;      ///< ticks
constexpr double same_unit = 1e-6;  ///< rounding
constexpr double other_unit = 0.01; ///< chosen: what was learnt in units that differ by more does not compare
constexpr double tick = 0.1;        ///< [s]; only how rates compare counts
constexpr double knee_gain = 0.05;
constexpr double longest_pause = 10; ///< [s] between two plans, after which everything is long forgotten
constexpr int several = 3;           ///< that begin to wait in one tick: a queue that no trim can be judged by
constexpr double idle = 0.6;         ///< latency, as a share of what is aimed at: the backend could do more
constexpr double used_up = 0.9;      ///< of the capacity, where rates hold: the estimate is what holds
constexpr double piles_up = 1.25;    ///< chosen: a steady load scatters by less
constexpr double usual_gain = 0.1;
constexpr double lacking = 1.02; ///< promised and asked for, as a multiple of the capacity

/// Sums up those entities whose streams were heard of.
void gather_touched(backend_state& state, const stream_table& streams, plan_scratch& scratch) {
  for (auto& x : state.entities) {
    x.fresh = std::exchange(x.ledger.fresh, false);
    if (!x.ledger.touched)
      continue;
    scratch.signals.clear();
    for (const auto slot : x.ledger.streams)
      scratch.signals.push_back(&streams[slot].signal);
    gather(x, scratch.signals);
  }
}

/// What entities ask for, in figures that compare: costs, what is protected of whom, which latency is aimed at. Returns
/// what everybody gets at least [I/O per second].
double weigh_entities(backend_state& state, stream_table& streams, instant now, const control_policy& policy,
                      plan_scratch& scratch) {
  const auto passed = std::clamp(seconds(now - state.planned), 0.0, longest_pause);
  state.planned = now;
  const auto model = state.costs.model();
  const auto contended = std::any_of(state.entities.begin(), state.entities.end(), [](const entity& x) {
    return x.hungry;
  });
  for (auto& x : state.entities) {
    price(x, model);
    x.aims.follow(x.smooth_arrivals * x.counted, contended, passed);
    x.promise.aim = x.aims.aim();
    if (x.promise.aim > 0)
      x.promise.aim = std::max(x.promise.aim, state.floor.floor());
    x.promise.target = x.aims.target();
    pass_credit(x, streams, passed);
  }
  return judge_crowds(state.entities, state.groups.size(), state.capacity.rate, policy, scratch.crowds);
}

/// Where nobody was promised a latency: just above the backend's knee.
double choose_aim(backend_state& state, instant now, const control_policy& policy) {
  if (state.knee_aim <= 0)
    state.knee_aim = seconds(policy.knee);
  if (const auto promised = promised_aim(state.entities, now, policy); promised > 0)
    return promised;
  const auto most = reserved_aim(state.entities, now, policy);
  state.knee_aim = std::min(state.knee_aim, most);
  const auto wanted = std::min(most, state.knee.wanted_aim(now, seconds(policy.knee_least), seconds(policy.knee)));
  state.knee_aim += knee_gain * (wanted - state.knee_aim);
  return std::clamp(state.knee_aim, seconds(policy.knee_least), seconds(policy.knee));
}

/// @param smooth what was done, smoothed: what was done since the last tick follows from how it moved
void learn_costs(backend_state& state, const work& smooth) {
  auto done = smooth * (1 / figure_smoothing);
  done += state.smooth_done * (1 - 1 / figure_smoothing);
  state.smooth_done = smooth;
  if (state.full_ticks < full_enough)
    return;
  const auto before = state.costs.model();
  state.costs.observe(done * tick, tick);
  const auto factor = cost_of(state.costs.model(), smooth) / cost_of(before, smooth);
  if (!std::isfinite(factor) || factor <= 0 || std::abs(factor - 1) < same_unit)
    return;
  state.capacity.rescale(factor);
  if (std::abs(factor - 1) > other_unit)
    state.knee = {};
}

/// Capacity, costs, knee and trim, from what was delivered. Returns whether the backend is full.
bool estimate(backend_state& state, const pressure& seen, double aim, instant now) {
  double delivered = 0;
  work done;
  auto fresh = false;
  auto held = false;
  auto by_rate = false;
  for (const auto& x : state.entities) {
    delivered += x.completions * x.cost;
    done += x.done;
    fresh = fresh || x.fresh;
    held = held || (x.hungry && x.held());
    by_rate = by_rate || (x.hungry && x.cap_rate);
  }
  auto& capacity = state.capacity;
  const auto saturated =
      seen.mean_in_flight > full * capacity.trim * capacity.rate * aim && !state.floor.idle_at(seen.latency);
  if (fresh) {
    capacity.observe(delivered, saturated);
    state.knee.observe(seen.mean_in_flight, delivered, now);
    state.floor.observe(state.knee, seen.latency, now);
    state.full_ticks = saturated ? std::min(state.full_ticks + 1, full_enough) : 0;
    learn_costs(state, done);
    state.evidence.observe(delivered, seen.mean_in_flight, seen.latency, saturated, capacity.rate);
    if (held && by_rate && !saturated && seen.danger < idle && delivered > used_up * capacity.rate)
      capacity.probe();
    else if (held && state.floor.idle_at(seen.latency))
      capacity.probe(); // it was held back in vain: what it can give is not known
    if (held && !(seen.danger > 1 && seen.draining))
      capacity.correct(seen.danger, by_rate, now);
  }
  return saturated;
}

void watch_deficit(backend_state& state, bool saturated, const plan_time& at, const control_policy& policy,
                   loop_output& out) {
  double needed = 0;
  double outstanding = 0;
  auto waits = false;
  for (const auto& x : state.entities) {
    needed += need_of(x);
    outstanding += x.outstanding();
    waits = waits || x.hungry || x.backlog > 0;
  }
  // Where nobody is held back and nothing piles up, all that was asked for was given: what exceeds the capacity is
  // chance.
  waits = waits || state.deficit.declared || outstanding > piles_up * state.usual_outstanding;
  state.usual_outstanding += usual_gain * (outstanding - state.usual_outstanding);
  const auto lacks = state.controlled && saturated && waits && needed > lacking * state.capacity.rate;
  if (state.deficit.observe(lacks, at.now, policy))
    report_deficit(state, needed, at.label, out);
}

/// When the plan could come out otherwise though nothing happens. Whoever takes too much is looked at in every tick.
instant next_plan(const backend_state& state, instant now, const control_policy& policy) {
  if (state.deficit.declared || state.deficit.leaning)
    return now;
  auto due = instant::max();
  for (const auto& x : state.entities) {
    if (x.excess || x.hungry || x.guard > 1)
      return now;
    due = std::min(due, x.ledger.due);
    if (x.promise.aim > 0 && now - x.active < policy.active)
      due = std::min(due, x.active + policy.active);
  }
  return due;
}

} // namespace

void plan(backend_state& state, stream_table& streams, const plan_time& at, const control_policy& policy,
          plan_scratch& scratch, loop_output& out) {
  if (!state.touched && at.now < state.due)
    return;
  gather_touched(state, streams, scratch);
  const auto least = weigh_entities(state, streams, at.now, policy, scratch);
  const auto aim = choose_aim(state, at.now, policy);
  for (auto& x : state.entities)
    judge_excess(x, aim, at.now, policy);
  const auto seen = pressure_on(state.entities, aim, at.now, policy);
  auto joined = 0;
  for (auto& x : state.entities) {
    x.ledger.beneficiary = &x == seen.beneficiary;
    const auto before = x.hungry;
    judge_hunger(x, aim, seen.danger > 1, at.now);
    joined += x.hungry && !before ? 1 : 0;
  }
  if (joined >= several) // what they brought along must drain first
    state.capacity.rest(at.now);
  const auto saturated = estimate(state, seen, aim, at.now);
  watch_deficit(state, saturated, at, policy, out);
  state.trial.vary(state.entities, state.costs, saturated && !state.deficit.declared);
  const backend_view view{state.capacity.rate, state.capacity.trim, aim, state.deficit.declared, least,
                          state.groups,        policy.turns};
  allocate(state.entities, view, scratch.split.allocation);
  const auto observed = policy.mode == policy_mode::observe;
  const backend_reason why{view, state.name, seen.beneficiary, state.controlled, at.label, at.now, observed};
  for (auto& x : state.entities) {
    dispatch(x, state, streams, why, policy, scratch.split, out);
    x.ledger.touched = false;
  }
  report_backend(state, streams, seen);
  state.due = next_plan(state, at.now, policy);
  state.touched = false;
}

} // namespace sluice
