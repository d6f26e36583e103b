// Takes terms over: agreements and operator's orders, and what of them each stream falls under.
#include "actors/domain/grouping.hpp"
#include "actors/domain/loop.hpp"

#include <algorithm>
#include <set>

namespace sluice {

namespace {

using mistakes = std::vector<std::pair<std::string, mistake>>;

/// Leaves out what is wrong.
void sift(std::vector<agreement>& agreements, mistakes& wrong) {
  std::vector<std::size_t> good;
  good.reserve(agreements.size());
  std::set<std::string_view> names;
  for (const auto& x : agreements) {
    auto its = check(x);
    if (!names.insert(x.name).second)
      its.push_back({"metadata.name", "another agreement has this name"});
    if (names.size() > max_terms)
      its.push_back({"metadata.name", "there are more agreements than the core takes"});
    if (its.empty())
      good.push_back(static_cast<std::size_t>(&x - agreements.data()));
    else
      wrong.emplace_back(x.name, its.front());
  }
  if (good.size() == agreements.size())
    return;
  for (std::size_t i = 0; i < good.size(); ++i)
    if (good[i] != i)
      agreements[i] = std::move(agreements[good[i]]);
  agreements.resize(good.size());
}

std::vector<active_override> active(const loop_state& state, const std::vector<override_order>& orders, instant now,
                                    wall_time label, mistakes& wrong) {
  std::vector<active_override> result;
  for (const auto& x : orders) {
    const auto known = state.orders.find(x.stream);
    if (result.size() >= max_terms)
      wrong.emplace_back(to_string(x.stream), mistake{"override", "there are more orders than the core takes"});
    else if (known != state.orders.end() && known->second->order == x)
      result.push_back(*known->second);
    else if (auto fresh = activate(x, label, now))
      result.push_back(std::move(*fresh));
  }
  return result;
}

void set_orders(loop_state& state, std::vector<active_override>&& orders) {
  const auto point = [&](const stream_id& id, const active_override* to) {
    const auto slot = state.streams.find(id);
    if (slot == no_stream)
      return;
    auto& s = state.streams[slot];
    s.order = to;
    touch(s);
  };
  for (const auto& [id, order] : state.orders)
    point(id, nullptr);
  state.orders.clear();
  state.overrides = std::move(orders);
  for (const auto& x : state.overrides)
    state.orders[x.order.stream] = &x; // of several for one stream the last one
  for (const auto& [id, order] : state.orders)
    point(id, order);
}

void set_agreements(loop_state& state, std::vector<kept_agreement>&& agreements) {
  ++state.terms_revision;
  state.regroup = true;
  if (state.former.empty())
    state.former = std::move(state.agreements);
  state.agreements = std::move(agreements);
  state.index = agreement_index{state.agreements};
  settle(state.judge, state.agreements);
  stream_id id;
  for (stream_slot i = 0; i < state.streams.end(); ++i) {
    auto& s = state.streams[i];
    if (!s.living)
      continue;
    s.id.write_to(id);
    s.terms = state.index.find(id);
  }
}

} // namespace

std::vector<std::pair<std::string, mistake>> set_terms(loop_state& state, std::vector<agreement> agreements,
                                                       const std::vector<override_order>& orders, instant now,
                                                       wall_time label) {
  mistakes wrong;
  sift(agreements, wrong);
  set_orders(state, active(state, orders, forward(state, now), label, wrong));
  const auto same = std::equal(agreements.begin(), agreements.end(), state.agreements.begin(), state.agreements.end(),
                               [](const agreement& x, const kept_agreement& known) {
                                 return known.says(x);
                               });
  if (!state.terms_known || !same)
    set_agreements(state, keep(agreements));
  state.terms_known = true;
  return wrong;
}

std::vector<mistake> set_policy(loop_state& state, policy_document document, const control_policy& base) {
  auto wrong = check(document, base);
  if (!wrong.empty())
    return wrong;
  state.document_changed = state.document_changed || !same_policy(state.document, document);
  state.document = std::move(document);
  return wrong;
}

} // namespace sluice
