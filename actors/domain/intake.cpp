// Takes samples in: to which stream they belong, and to which backend that belongs.
#include "actors/domain/loop.hpp"

#include <algorithm>

namespace sluice {

namespace {

/// The backend of that name, made if need be; null at a bound.
backend_state* backend_named(loop_state& state, const std::string& name) {
  auto at = state.backends.find(name);
  if (at == state.backends.end()) {
    if (state.backends.size() >= max_backends)
      return nullptr;
    at = state.backends.try_emplace(name).first;
    at->second.name = shared_text{name};
  }
  return at->second.population < max_streams_per_backend ? &at->second : nullptr;
}

/// A stream that was not known. `no_stream` at a bound.
stream_slot admit(loop_state& state, const sample& x) {
  auto* backend = backend_named(state, x.backend);
  if (backend == nullptr)
    return no_stream;
  const auto slot = state.streams.add(x.stream);
  if (slot == no_stream)
    return no_stream;
  auto& s = state.streams[slot];
  s.claimed = backend;
  ++backend->population;
  s.terms = state.index.find(x.stream);
  if (const auto order = state.orders.find(x.stream); order != state.orders.end())
    s.order = order->second;
  state.arrivals.unsettled.push_back(slot);
  return slot;
}

/// The newest sample of a stream says which backend it uses; it moves there with the next tick. False at a bound: then
/// it stays where it was.
bool claim(loop_state& state, stream_slot slot, const std::string& name) {
  auto* backend = valid_name(name) ? backend_named(state, name) : nullptr;
  if (backend == nullptr)
    return false;
  auto& s = state.streams[slot];
  --s.claimed->population;
  ++backend->population;
  s.claimed = backend;
  state.arrivals.unsettled.push_back(slot);
  return true;
}

bool possible(const sample& x, bool known) {
  return (known ? problem_with_figures(x) : problem_with(x)).empty();
}

bool accept(loop_state& state, std::uint64_t incarnation, const sample& x, instant now) {
  auto slot = state.streams.find(x.stream);
  if (!possible(x, slot != no_stream))
    return false;
  if (slot == no_stream)
    slot = admit(state, x);
  if (slot == no_stream)
    return false;
  auto& s = state.streams[slot];
  const auto first = s.signal.sums.samples == 0;
  const auto kind = s.signal.take(incarnation, x, now);
  if (kind == sequence_filter::verdict::refused)
    return false;
  if (first)
    state.arrivals.heard.push_back(slot);
  if (s.terms != nullptr)
    account_of(state, *s.terms).add(x);
  if (s.backend != nullptr)
    if (auto& its = s.backend->entities[s.entity]; its.aims.watches())
      its.aims.add(x.backend_latency, its.smooth_arrivals * its.counted);
  return kind == sequence_filter::verdict::late || x.backend == s.claimed->name || claim(state, slot, x.backend);
}

} // namespace

instant forward(loop_state& state, instant now) noexcept {
  constexpr auto latest = instant{std::int64_t{1} << 62};
  state.now = std::clamp(now, state.now, latest);
  return state.now;
}

void take(loop_state& state, std::uint64_t incarnation, const sample& x, instant now) {
  if (accept(state, incarnation, x, forward(state, now)))
    ++state.arrivals.taken;
  else
    ++state.arrivals.refused;
}

} // namespace sluice
