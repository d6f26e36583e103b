// One tick of one backend: see who keeps to what, estimate the backend, divide it, command.
#include "actors/domain/plan.hpp"

#include "actors/domain/allocation.hpp"
#include "actors/domain/backend_report.hpp"
#include "actors/domain/pressure.hpp"

#include <algorithm>
#include <utility>

namespace sluice {

namespace {

constexpr double full = 0.7;     ///< in flight, as a share of what is aimed at: the backend does all it can
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

/// Capacity and trim, from what was delivered. Returns whether the backend is full.
bool estimate(backend_state& state, const pressure& seen, double aim, instant now) {
  double delivered = 0;
  auto fresh = false;
  auto held = false;
  auto by_rate = false;
  for (const auto& x : state.entities) {
    delivered += x.completions;
    fresh = fresh || x.fresh;
    held = held || (x.hungry && x.held());
    by_rate = by_rate || (x.hungry && x.cap_rate);
  }
  auto& capacity = state.capacity;
  const auto saturated = seen.mean_in_flight > full * capacity.trim * capacity.rate * aim;
  if (fresh) {
    capacity.observe(delivered, saturated);
    state.evidence.observe(delivered, seen.mean_in_flight, seen.latency, saturated, capacity.rate);
    if (held)
      capacity.correct(seen.danger, by_rate, now);
  }
  return saturated;
}

void watch_deficit(backend_state& state, bool saturated, const plan_time& at, const control_policy& policy,
                   loop_output& out) {
  double needed = 0;
  for (const auto& x : state.entities)
    needed += need_of(x);
  const auto lacks = state.controlled && saturated && needed > lacking * state.capacity.rate;
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
  const auto aim = aim_of(state.entities, at.now, policy);
  for (auto& x : state.entities)
    judge_excess(x, aim, at.now, policy);
  const auto seen = pressure_on(state.entities, aim, at.now, policy);
  for (auto& x : state.entities)
    judge_hunger(x, aim, seen.danger > 1, at.now);
  const auto saturated = estimate(state, seen, aim, at.now);
  watch_deficit(state, saturated, at, policy, out);
  const backend_view view{state.capacity.rate, state.capacity.trim, aim, state.deficit.declared};
  allocate(state.entities, view, policy, scratch.split.allocation);
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
