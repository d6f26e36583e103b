// The tick.
#include "actors/domain/loop.hpp"

#include <algorithm>
#include <utility>

namespace sluice {

namespace {

using samples_by_backend = std::map<std::string, std::vector<delivered_sample>>;

/// A stream that now reports another backend is no longer a stream of the old one.
void move_stream(loop_state& state, const std::string& to, const stream_id& stream) {
  if (const auto at = state.backends.find(to); at != state.backends.end() && at->second.streams.contains(stream))
    return;
  for (auto& [name, backend] : state.backends)
    if (name != to && backend.streams.erase(stream) > 0)
      backend.grouped = false;
}

samples_by_backend sort_samples(loop_state& state, std::vector<delivered_sample>& samples, std::uint64_t& refused) {
  samples_by_backend result;
  for (auto& x : samples) {
    if (!problem_with(x.what).empty()) {
      ++refused;
      continue;
    }
    if (!state.backends.contains(x.what.backend)) {
      if (state.backends.size() >= max_backends) {
        ++refused;
        continue;
      }
      state.backends[x.what.backend].name = x.what.backend;
    }
    move_stream(state, x.what.backend, x.what.stream);
    result[x.what.backend].push_back(std::move(x));
  }
  return result;
}

/// Hands the accepted samples and what was wrong to the accounts of the agreements concerned.
void inform_judge(loop_state& state, const backend_state& backend, std::span<const delivered_sample> samples,
                  const plan_output& planned) {
  for (const auto i : planned.accepted) {
    const auto& x = samples[i].what;
    const auto at = backend.streams.find(x.stream);
    if (at == backend.streams.end())
      continue;
    if (const auto& its = backend.entities[at->second.entity]; its.terms)
      state.judge.accounts[its.name].add(x);
  }
  for (std::size_t i = 0; i < backend.entities.size(); ++i) {
    const auto& x = backend.entities[i];
    // Nobody is the culprit of its own broken promise: what it asks for above it is not covered.
    const auto culprit = planned.culprits_entity == i ? std::string_view{} : std::string_view{planned.culprit};
    if (x.terms)
      state.judge.accounts[x.name].add(circumstances{planned.status.deficit, culprit});
  }
}

template<class T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
}

} // namespace

std::vector<std::pair<std::string, mistake>> set_terms(loop_state& state, std::vector<agreement> agreements,
                                                       const std::vector<override_order>& orders, instant now,
                                                       wall_time label) {
  std::vector<std::pair<std::string, mistake>> wrong;
  std::vector<agreement> taken;
  for (auto& x : agreements) {
    auto mistakes = check(x);
    if (taken.size() >= max_terms)
      mistakes.push_back({"metadata.name", "there are more agreements than the core takes"});
    if (mistakes.empty())
      taken.push_back(std::move(x));
    else
      wrong.emplace_back(x.name, mistakes.front());
  }
  std::vector<active_override> active;
  for (const auto& x : orders) {
    const auto known = std::find_if(state.overrides.begin(), state.overrides.end(), [&](const active_override& old) {
      return old.order == x;
    });
    if (active.size() >= max_terms)
      wrong.emplace_back(to_string(x.stream), mistake{"override", "there are more orders than the core takes"});
    else if (known != state.overrides.end())
      active.push_back(*known);
    else if (auto fresh = activate(x, label, now))
      active.push_back(std::move(*fresh));
  }
  if (!state.terms_known || taken != state.agreements)
    ++state.terms_revision;
  state.terms_known = true;
  state.agreements = std::move(taken);
  state.overrides = std::move(active);
  return wrong;
}

loop_output step(loop_state& state, std::vector<delivered_sample> samples, instant now, wall_time label,
                 const control_policy& policy) {
  loop_output out;
  if (!state.terms_known)
    return out;
  auto sorted = sort_samples(state, samples, out.refused);
  for (auto at = state.backends.begin(); at != state.backends.end();) {
    auto& backend = at->second;
    const auto& its = sorted[at->first];
    const plan_input input{its, state.agreements, state.overrides, state.terms_revision, now, label};
    auto planned = plan(backend, input, policy);
    inform_judge(state, backend, its, planned);
    append(out.throttles, std::move(planned.throttles));
    append(out.events, std::move(planned.events));
    append(out.forgotten, std::move(planned.forgotten));
    out.refused += planned.refused;
    if (backend.streams.empty()) {
      at = state.backends.erase(at);
    } else {
      out.backends.push_back(std::move(planned.status));
      ++at;
    }
  }
  auto judged = advance(state.judge, state.agreements, now, label);
  append(out.events, std::move(judged.events));
  out.verdicts = std::move(judged.verdicts);
  return out;
}

std::vector<throttle> in_force(const loop_state& state) {
  std::vector<throttle> result;
  for (const auto& [name, backend] : state.backends)
    for (const auto& [id, x] : backend.streams)
      if (x.standing.last.generation != 0)
        result.push_back(x.standing.last);
  return result;
}

} // namespace sluice
