// Admission of gateways and of what they send.
#include "actors/performance_monitor/gateway_registry.hpp"

#include <algorithm>
#include <utility>

namespace sluice {

namespace {

/// Chosen: three years of batches; more was never sent.
constexpr std::uint64_t longest_gap = 1'000'000'000;

} // namespace

std::string gateway_registry::problem_with(const gateway_info& x) const {
  if (!valid_name(x.name))
    return "its name is not valid (1 to 255 of A-Z a-z 0-9 . _ : @ -)";
  if (x.incarnation == 0)
    return "its incarnation is 0";
  if (x.version.size() > max_name_size)
    return "its version is longer than a name";
  if (x.volumes.size() > limits_.volumes)
    return "it exports more than " + std::to_string(limits_.volumes) + " volumes";
  for (const auto& volume : x.volumes)
    if (!valid_name(volume.name) || !valid_name(volume.backend))
      return "the name of one of its volumes or backends is not valid";
  return {};
}

bool gateway_registry::make_room() {
  if (gateways_.size() < limits_.gateways)
    return true;
  auto longest_lost = gateways_.end();
  for (auto i = gateways_.begin(); i != gateways_.end(); ++i)
    if (!i->second.info.connected && (longest_lost == gateways_.end() || i->second.heard < longest_lost->second.heard))
      longest_lost = i;
  if (longest_lost == gateways_.end())
    return false;
  gateways_.erase(longest_lost);
  return true;
}

std::string gateway_registry::admit(gateway_info info, gateway_actor handle, instant now, wall_time label) {
  if (auto problem = problem_with(info); !problem.empty())
    return problem;
  auto found = gateways_.find(info.name);
  if (found == gateways_.end()) {
    if (!make_room())
      return "there are " + std::to_string(limits_.gateways) + " gateways already";
    found = gateways_.try_emplace(info.name).first;
  }
  auto& entry = found->second;
  const bool same = entry.info.incarnation == info.incarnation;
  const bool living = entry.reachable && entry.info.connected && now - entry.heard < limits_.silence;
  if (!same && living)
    return "another gateway named " + info.name + " is connected";
  if (same) { // a repeated hello: its counters go on
    info.batches = entry.info.batches;
    info.batches_lost = entry.info.batches_lost;
  } else {
    info.batches = 0;
    info.batches_lost = 0;
    entry.sequence.reset();
  }
  info.connected = true;
  info.last_heard = label;
  entry.renews = entry.renews && same && entry.handle == handle;
  entry.info = std::move(info);
  entry.handle = std::move(handle);
  entry.heard = now;
  entry.reachable = true;
  return {};
}

batch_outcome gateway_registry::take(sample_batch& batch, instant now, wall_time label) {
  batch_outcome outcome;
  const auto found = gateways_.find(batch.gateway);
  if (found == gateways_.end() || found->second.info.incarnation != batch.incarnation || !found->second.reachable) {
    outcome.refused = "its gateway is not registered";
    return outcome;
  }
  auto& entry = found->second;
  if (batch.samples.size() > limits_.samples) {
    outcome.refused = "it holds more than " + std::to_string(limits_.samples) + " samples";
    return outcome;
  }
  if (entry.sequence && batch.sequence <= *entry.sequence) {
    outcome.refused = "it repeats or precedes one that was taken";
    return outcome;
  }
  outcome.lost = entry.sequence ? batch.sequence - *entry.sequence - 1 : 0;
  if (outcome.lost > longest_gap) {
    outcome.lost = 0;
    outcome.refused = "its sequence number leaps";
    return outcome;
  }
  entry.sequence = batch.sequence;
  outcome.back = !entry.info.connected;
  entry.heard = now;
  entry.info.connected = true;
  entry.info.last_heard = label;
  ++entry.info.batches;
  entry.info.batches_lost += outcome.lost;
  std::erase_if(batch.samples, [&](const sample& x) {
    auto problem = x.stream.gateway == batch.gateway ? sluice::problem_with(x) : "it is another gateway's stream";
    if (problem.empty())
      return false;
    outcome.bad.emplace_back(x.stream, std::move(problem));
    return true;
  });
  return outcome;
}

std::vector<std::pair<std::string, duration>> gateway_registry::fall_silent(instant now) {
  std::vector<std::pair<std::string, duration>> fallen;
  for (auto& [name, entry] : gateways_) {
    if (!entry.info.connected || now - entry.heard < limits_.silence)
      continue;
    entry.info.connected = false;
    fallen.emplace_back(name, now - entry.heard);
  }
  return fallen;
}

std::string gateway_registry::lose(const caf::actor_addr& handle) {
  for (auto& [name, entry] : gateways_) {
    if (entry.handle.address() != handle)
      continue;
    entry.reachable = false;
    entry.renews = false;
    entry.handle = nullptr;
    if (!std::exchange(entry.info.connected, false))
      return {};
    return name;
  }
  return {};
}

void gateway_registry::knows_renewals(const caf::actor_addr& handle) {
  for (auto& [name, entry] : gateways_)
    if (entry.handle.address() == handle)
      entry.renews = true;
}

const gateway_entry* gateway_registry::find(std::string_view name) const {
  const auto found = gateways_.find(name);
  return found == gateways_.end() ? nullptr : &found->second;
}

bool gateway_registry::is_gateway(const caf::node_id& node) const {
  return std::any_of(gateways_.begin(), gateways_.end(), [&](const auto& x) {
    return x.second.handle && x.second.handle.node() == node;
  });
}

std::vector<gateway_info> gateway_registry::list() const {
  std::vector<gateway_info> all;
  all.reserve(gateways_.size());
  for (const auto& [name, entry] : gateways_)
    all.push_back(entry.info);
  return all;
}

} // namespace sluice
