// The grouping.
#include "actors/domain/grouping.hpp"

#include "actors/domain/kept_agreement.hpp"
#include "actors/domain/tenancy.hpp"

#include <algorithm>
#include <compare>
#include <utility>

namespace sluice {

namespace {

/// Agreements come before clients, each in the order of names: the order never depends on who came first.
using entity_key = std::pair<bool, std::string_view>;

entity_key key_of(const entity& x) noexcept {
  return {x.terms == nullptr, x.name};
}

entity_key key_of(const stream_state& x) noexcept {
  return {x.terms == nullptr, x.terms != nullptr ? x.terms->name.view() : x.id.client()};
}

bool key_before(const entity& a, const entity& b) noexcept {
  return key_of(a) < key_of(b);
}

/// Takes the carried part of `old` over.
void carry(entity& to, const entity& old) {
  to.smooth_arrivals = old.smooth_arrivals;
  to.crowded_ticks = old.crowded_ticks;
  to.excess_until = old.excess_until;
  to.hungry_until = old.hungry_until;
  to.aims.carry(old.aims);
  to.credit = old.credit;
  to.cost = old.cost;
  to.counted = old.counted;
  to.guard = old.guard;
  to.balance = old.balance;
  to.cut = old.cut;
  to.cap_rate = old.cap_rate;
  to.entitled = std::min(old.entitled, to.promise.rate);
}

entity make_entity(const stream_state& first, const control_policy& policy) {
  entity result;
  if (first.terms != nullptr) {
    result.name = first.terms->name;
    result.agreed = first.terms;
    result.terms = first.terms->objective.get();
    result.promise = promise_of(*first.terms->objective, policy);
    result.aims = latency_aims{*first.terms->objective, policy};
  } else {
    result.name = shared_text{first.id.client()};
    result.promise = best_effort_promise(policy);
  }
  return result;
}

/// After entities came or left: streams know their entity by its position.
void renumber(backend_state& state, stream_table& streams) {
  for (std::size_t i = 0; i < state.entities.size(); ++i) {
    auto& x = state.entities[i];
    x.ledger.basis = {-1, 0, 0, nullptr, false, false, false}; // it names an entity by its place
    for (const auto slot : x.ledger.streams)
      streams[slot].entity = static_cast<std::uint32_t>(i);
  }
  // Agreements come first.
  state.controlled = !state.entities.empty() && state.entities.front().terms != nullptr;
}

/// Which tenants are here, and what they weigh.
void group_tenants(backend_state& state, const control_policy& policy) {
  tenancy groups{policy.tenants};
  for (auto& x : state.entities)
    x.group = x.terms ? groups.group_of(std::string{x.agreed->tenant.view()})
                      : groups.best_effort_group(policy.best_effort_weight);
  state.groups = groups.groups();
}

void changed(entity& x) noexcept {
  x.active = instant::zero(); // of those that are there, summed up anew
  x.ledger.touched = true;
}

/// How many entities there will be more; vectors that grow by doubling would keep as much again for nothing.
/// @pre `joining` is sorted by entity
std::size_t newcomers(const backend_state& state, const stream_table& streams,
                      std::span<const stream_slot> joining) noexcept {
  std::size_t result = 0;
  for (std::size_t i = 0; i < joining.size(); ++i) {
    const auto key = key_of(streams[joining[i]]);
    if (i > 0 && key_of(streams[joining[i - 1]]) == key)
      continue;
    const auto at =
        std::lower_bound(state.entities.begin(), state.entities.end(), key, [](const entity& a, const entity_key& b) {
          return key_of(a) < b;
        });
    result += at == state.entities.end() || key_of(*at) != key ? 1 : 0;
  }
  return result;
}

} // namespace

void touch(backend_state& backend, entity& x) noexcept {
  x.ledger.touched = true;
  backend.touched = true;
}

void touch(stream_state& x) noexcept {
  if (x.backend != nullptr)
    touch(*x.backend, x.backend->entities[x.entity]);
}

void join(backend_state& state, stream_table& streams, std::vector<stream_slot>& joining,
          const control_policy& policy) {
  std::sort(joining.begin(), joining.end(), [&](stream_slot a, stream_slot b) {
    const auto& x = streams[a];
    const auto& y = streams[b];
    const auto order = key_of(x) <=> key_of(y);
    return order != 0 ? order < 0 : x.id < y.id;
  });
  const auto known = static_cast<std::ptrdiff_t>(state.entities.size());
  const auto by_id = [&](stream_slot a, stream_slot b) {
    return streams[a].id < streams[b].id;
  };
  state.entities.reserve(state.entities.size() + newcomers(state, streams, joining));
  for (auto from = joining.begin(); from != joining.end();) {
    const auto key = key_of(streams[*from]);
    const auto to = std::find_if(from, joining.end(), [&](stream_slot x) {
      return key_of(streams[x]) != key;
    });
    const auto end = state.entities.begin() + known;
    auto at = std::lower_bound(state.entities.begin(), end, key, [](const entity& a, const entity_key& b) {
      return key_of(a) < b;
    });
    if (at == end || key_of(*at) != key) {
      state.entities.push_back(make_entity(streams[*from], policy));
      at = state.entities.end() - 1;
    }
    auto& its = at->ledger.streams;
    const auto before = static_cast<std::ptrdiff_t>(its.size());
    its.append(from, to);
    std::inplace_merge(its.begin(), its.begin() + before, its.end(), by_id);
    for (auto i = from; i != to; ++i) {
      streams[*i].backend = &state;
      streams[*i].entity = static_cast<std::uint32_t>(at - state.entities.begin());
    }
    changed(*at);
    from = to;
  }
  state.touched = state.touched || !joining.empty();
  if (static_cast<std::ptrdiff_t>(state.entities.size()) == known)
    return;
  std::inplace_merge(state.entities.begin(), state.entities.begin() + known, state.entities.end(), key_before);
  renumber(state, streams);
  group_tenants(state, policy);
}

void leave(stream_state& x) noexcept {
  auto& backend = *x.backend;
  backend.entities[x.entity].ledger.leaving = true;
  backend.left = backend.touched = true;
  x.backend = nullptr;
}

void sweep(backend_state& state, const stream_table& streams) {
  if (!state.left)
    return;
  for (auto& x : state.entities) {
    if (!std::exchange(x.ledger.leaving, false))
      continue;
    x.ledger.streams.remove_if([&](stream_slot slot) {
      return streams[slot].backend != &state;
    });
    changed(x);
  }
}

void drop_empty(backend_state& state, stream_table& streams) {
  if (!std::exchange(state.left, false))
    return;
  const auto gone = std::erase_if(state.entities, [](const entity& x) {
    return x.ledger.streams.empty();
  });
  if (gone > 0)
    renumber(state, streams);
}

void regroup(backend_state& state, stream_table& streams, const control_policy& policy) {
  const auto former = std::exchange(state.entities, {});
  std::vector<stream_slot> all;
  for (const auto& x : former)
    all.insert(all.end(), x.ledger.streams.begin(), x.ledger.streams.end());
  join(state, streams, all, policy);
  for (auto& x : state.entities) {
    const auto old = std::lower_bound(former.begin(), former.end(), x, key_before);
    if (old != former.end() && key_of(*old) == key_of(x))
      carry(x, *old);
  }
  renumber(state, streams);
  state.touched = true;
  state.left = false;
}

} // namespace sluice
