// The grouping.
#include "actors/domain/grouping.hpp"

#include "actors/domain/selection.hpp"

#include <algorithm>
#include <utility>

namespace sluice {

namespace {

/// Agreements come before clients, each in order of name: the order never depends on who came first.
using entity_key = std::pair<bool, std::string>;

entity_key key_of(const entity& x) {
  return {!x.terms.has_value(), x.name};
}

/// Takes the carried part of `old` over.
void carry(entity& to, const entity& old) {
  to.smooth_arrivals = old.smooth_arrivals;
  to.crowded_ticks = old.crowded_ticks;
  to.excess_until = old.excess_until;
  to.hungry_until = old.hungry_until;
  to.guard = old.guard;
  to.cut = old.cut;
  to.cap_rate = old.cap_rate;
  to.entitled = std::min(old.entitled, to.promise.rate);
}

entity make_entity(const agreement* terms, const stream_id& stream, const control_policy& policy) {
  entity result;
  if (terms != nullptr) {
    result.name = terms->name;
    result.version = terms->version;
    result.terms = terms->objective;
    result.promise = promise_of(terms->objective, policy);
  } else {
    result.name = stream.client;
    result.promise = best_effort_promise(policy);
  }
  return result;
}

} // namespace

void group_streams(backend_state& state, const plan_input& input, const control_policy& policy) {
  std::map<entity_key, entity> groups;
  std::vector<entity_key> keys;
  keys.reserve(state.streams.size());
  std::size_t position = 0;
  for (const auto& [id, stream] : state.streams) {
    const auto* terms = agreement_for(input.agreements, id);
    entity_key key{terms == nullptr, terms != nullptr ? terms->name : id.client};
    auto at = groups.find(key);
    if (at == groups.end())
      at = groups.emplace(key, make_entity(terms, id, policy)).first;
    at->second.streams.push_back(position++);
    keys.push_back(std::move(key));
  }
  for (const auto& old : state.entities)
    if (const auto at = groups.find(key_of(old)); at != groups.end())
      carry(at->second, old);

  state.entities.clear();
  std::map<entity_key, std::size_t> places;
  for (auto& [key, x] : groups) {
    places.emplace(key, state.entities.size());
    state.entities.push_back(std::move(x));
  }
  position = 0;
  for (auto& [id, stream] : state.streams)
    stream.entity = places.at(keys[position++]);
  state.controlled = std::any_of(state.entities.begin(), state.entities.end(), [](const entity& x) {
    return x.terms.has_value();
  });
  state.terms_revision = input.terms_revision;
  state.grouped = true;
}

} // namespace sluice
