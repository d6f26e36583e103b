// The tick.
#include "actors/domain/loop.hpp"

#include "actors/domain/grouping.hpp"
#include "actors/domain/observation.hpp"

#include <algorithm>
#include <utility>

namespace sluice {

namespace {

void sort_by_id(const stream_table& streams, std::vector<stream_slot>& slots) {
  std::sort(slots.begin(), slots.end(), [&](stream_slot a, stream_slot b) {
    return streams[a].id < streams[b].id;
  });
}

/// A stream that uses another backend begins anew there, but for the samples it has seen and the generations it has
/// had.
void move_stream(loop_state& state, stream_slot slot) {
  auto& s = state.streams[slot];
  if (s.backend != nullptr) {
    leave(s);
    s.signal.forget_figures();
    s.signal.highest = std::max(s.signal.highest, s.standing.generation);
    const auto phase = s.standing.phase;
    s.standing = {};
    s.standing.phase = phase;
    end_observation(s, state.output);
    s.held_until = s.limited_until = instant::zero();
    s.inherited.end();
  }
  state.joining.push_back(slot);
}

void settle_claims(loop_state& state) {
  auto& unsettled = state.arrivals.unsettled;
  std::sort(unsettled.begin(), unsettled.end());
  unsettled.erase(std::unique(unsettled.begin(), unsettled.end()), unsettled.end());
  for (const auto slot : unsettled)
    if (state.streams[slot].backend != state.streams[slot].claimed)
      move_stream(state, slot);
  unsettled = {}; // a wave of newcomers is rare
}

/// Ends the intake of the tick: sums become rates.
void close_signals(loop_state& state, instant now) {
  auto& arrivals = state.arrivals;
  for (const auto slot : arrivals.fresh) {
    auto& s = state.streams[slot];
    if (s.signal.fresh && s.signal.sums.samples == 0) {
      s.signal.fresh = false;
      touch(s);
    }
  }
  arrivals.fresh.swap(arrivals.heard);
  arrivals.heard.clear();
  for (const auto slot : arrivals.fresh) {
    auto& s = state.streams[slot];
    s.signal.close(now, state.policy.silent);
    const auto before = s.inherited.holds();
    s.inherited.hear(s.signal, state.terms_known, now);
    if (!before && s.inherited.holds())
      arrivals.heirs.push_back(slot);
  }
}

/// Who was not heard of for long asks for nothing, and later is gone.
void look_for_silence(loop_state& state, instant now) {
  if (now < state.next_look)
    return;
  state.next_look = now + std::min(state.policy.silent, state.policy.forget);
  for (stream_slot i = 0; i < state.streams.end(); ++i) {
    auto& s = state.streams[i];
    if (!s.living)
      continue;
    if (s.signal.fresh) {
      state.next_look = std::min(state.next_look, s.signal.heard + state.policy.silent);
      continue;
    }
    if (now - s.signal.heard >= state.policy.forget) {
      state.leaving.push_back(i);
      continue;
    }
    if (!s.signal.quiet && now - s.signal.heard >= state.policy.silent) {
      s.signal.close(now, state.policy.silent);
      touch(s);
    }
    state.next_look =
        std::min(state.next_look, s.signal.heard + (s.signal.quiet ? state.policy.forget : state.policy.silent));
  }
}

void forget(loop_state& state) {
  sort_by_id(state.streams, state.leaving);
  for (const auto slot : state.leaving) {
    auto& s = state.streams[slot];
    state.output.forgotten.push_back(s.id.id());
    --s.claimed->population;
    if (s.backend != nullptr)
      leave(s);
  }
}

/// What the document says of a backend is looked up once.
void settle_policy(const loop_state& state, backend_state& x) {
  if (std::exchange(x.policy_settled, true))
    return;
  x.policy = policy_for(state.document, x.name, state.policy).control;
}

/// Streams leave and join their backends.
void regroup_backends(loop_state& state) {
  for (auto& [name, x] : state.backends)
    sweep(x, state.streams);
  for (const auto slot : state.leaving)
    state.streams.remove(slot);
  state.leaving.clear();
  const auto all = std::exchange(state.regroup, false);
  auto& joining = state.joining;
  std::sort(joining.begin(), joining.end(), [&](stream_slot a, stream_slot b) {
    return state.streams[a].claimed->name < state.streams[b].claimed->name;
  });
  const auto any = !joining.empty();
  while (!joining.empty()) {
    auto* to = state.streams[joining.back()].claimed;
    std::vector<stream_slot> its;
    for (; !joining.empty() && state.streams[joining.back()].claimed == to; joining.pop_back())
      its.push_back(joining.back());
    settle_policy(state, *to);
    join(*to, state.streams, its, to->policy);
  }
  if (any)
    joining = {};
  for (auto at = state.backends.begin(); at != state.backends.end();) {
    if (all) {
      settle_policy(state, at->second);
      regroup(at->second, state.streams, at->second.policy);
    } else {
      drop_empty(at->second, state.streams);
    }
    at = at->second.population == 0 ? state.backends.erase(at) : std::next(at);
  }
  if (all)
    state.former = {};
}

/// Hands on to entities that their streams were heard of.
void touch_fresh(loop_state& state) {
  for (const auto slot : state.arrivals.fresh) {
    auto& s = state.streams[slot];
    touch(s);
    s.backend->entities[s.entity].ledger.fresh = true;
  }
}

/// Renews what an earlier life of the core ordered, as long as that is better than what this one knows.
void renew_inherited(loop_state& state, instant now) {
  auto& heirs = state.arrivals.heirs;
  sort_by_id(state.streams, heirs);
  std::erase_if(heirs, [&](stream_slot slot) {
    auto& s = state.streams[slot];
    const auto observed = s.backend != nullptr && s.backend->policy.mode == policy_mode::observe;
    if (s.order != nullptr || (observed && state.terms_known))
      s.inherited.end();
    if (s.inherited.end_if_over(now) || !s.inherited.holds()) {
      touch(s);
      return true;
    }
    if (s.inherited.renew(now, state.policy)) {
      state.output.renewals.add(state.streams, {slot, s.signal.generation});
    }
    return false;
  });
}

/// Tells the accounts of the agreements what was wrong with their backend.
void inform_judge(loop_state& state, backend_state& backend) {
  for (std::size_t i = 0; i < backend.entities.size(); ++i) {
    const auto& x = backend.entities[i];
    if (x.agreed == nullptr || (!backend.deficit.declared && backend.culprit.empty() && !x.missing))
      continue;
    // Nobody is the culprit of its own broken promise: what it asks for above it is not covered.
    const auto culprit = backend.culprits_entity == i ? borrowed_text{} : borrowed_text{backend.culprit};
    account_of(state, *x.agreed).add(circumstances{backend.deficit.declared, culprit, x.missing});
  }
}

void judge(loop_state& state, instant now, wall_time label) {
  state.judged.verdicts.clear();
  state.judged.events.clear();
  advance(state.judge, state.agreements, now, label, state.judged);
  state.output.verdicts.swap(state.judged.verdicts);
  for (auto& x : state.judged.events)
    state.output.events.add() = std::move(x);
}

} // namespace

const loop_output& step(loop_state& state, instant now, wall_time label, const control_policy& policy) {
  constexpr wall_time latest{std::int64_t{1} << 60};
  now = forward(state, now);
  label = std::clamp(label, wall_time{}, latest);
  auto& out = state.output;
  out.clear();
  out.taken = std::exchange(state.arrivals.taken, 0);
  out.refused = std::exchange(state.arrivals.refused, 0);
  if (state.policy != policy || state.document_changed) {
    state.policy = policy;
    state.document_changed = false;
    state.regroup = true;
    state.next_look = instant::zero();
    for (auto& [name, x] : state.backends)
      x.policy_settled = false;
  }
  settle_claims(state);
  close_signals(state, now);
  look_for_silence(state, now);
  forget(state);
  regroup_backends(state);
  touch_fresh(state);
  renew_inherited(state, now);
  if (!state.terms_known)
    return out;
  for (auto& [name, x] : state.backends) {
    plan(x, state.streams, {now, label}, x.policy, state.scratch, out);
    inform_judge(state, x);
    out.backends.add() = x.status;
  }
  judge(state, now, label);
  return out;
}

std::vector<throttle> would_be_in_force(const loop_state& state) {
  std::vector<throttle> result;
  for (stream_slot i = 0; i < state.streams.end(); ++i) {
    const auto& s = state.streams[i];
    if (s.living && s.observed != nullptr && s.observed->why.rule != throttle_rule::none)
      describe(result.emplace_back(), s.id, *s.observed, state.policy.lease);
  }
  std::sort(result.begin(), result.end(), [](const throttle& a, const throttle& b) {
    return a.stream < b.stream;
  });
  return result;
}

std::vector<throttle> in_force(const loop_state& state) {
  std::vector<stream_slot> slots;
  for (stream_slot i = 0; i < state.streams.end(); ++i)
    if (state.streams[i].living && state.streams[i].standing.generation != 0)
      slots.push_back(i);
  sort_by_id(state.streams, slots);
  std::vector<throttle> result(slots.size());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto& s = state.streams[slots[i]];
    describe(result[i], s.id, s.standing, state.policy.lease);
  }
  return result;
}

} // namespace sluice
