// Keeps throttles by gateway and stream.
#include "actors/performance_monitor/throttle_table.hpp"

#include <tuple>

namespace sluice {

namespace {

/// For a gateway: the figures of a reason are none of its business.
bool same_orders(const throttle& a, const throttle& b) {
  return std::tie(a.generation, a.lease, a.now, a.envelope, a.why.rule)
         == std::tie(b.generation, b.lease, b.now, b.envelope, b.why.rule);
}

renewal renewal_of(const throttle& x) {
  return {x.stream, x.generation};
}

} // namespace

throttle_table::entry* throttle_table::find(const stream_id& x) {
  const auto streams = gateways_.find(x.gateway);
  if (streams == gateways_.end())
    return nullptr;
  const auto found = streams->second.find(x);
  return found == streams->second.end() ? nullptr : &found->second;
}

void throttle_table::forget(const stream_id& x) {
  if (const auto streams = gateways_.find(x.gateway); streams != gateways_.end())
    count_ -= streams->second.erase(x);
}

throttle_table::kept throttle_table::keep(const throttle& x, instant now) {
  auto* const known = find(x.stream);
  if (known == nullptr) {
    if (count_ >= limits_.throttles)
      return kept::full;
    gateways_[x.stream.gateway].emplace(x.stream, entry{x, now, now});
    ++count_;
    return kept::yes;
  }
  if (x.generation < known->last.generation)
    return kept::older;
  const auto held = known->held && same_orders(x, known->last);
  *known = {x, now, now, held};
  return held ? kept::held : kept::yes;
}

bool throttle_table::prolong(const renewal& x, bool renews, instant now, gateway_orders& to) {
  auto* const known = find(x.stream);
  if (known != nullptr && known->last.generation > x.generation)
    return false;
  if (known == nullptr || known->last.generation < x.generation) {
    forget(x.stream);
    if (renews)
      to.renewals.push_back(x);
    return true;
  }
  known->said = known->sent = now;
  if (renews && known->held)
    to.renewals.push_back(x);
  else
    to.throttles.push_back(known->last);
  return true;
}

gateway_orders throttle_table::due(std::string_view gateway, bool renews, instant now) {
  gateway_orders found;
  const auto streams = gateways_.find(gateway);
  if (streams == gateways_.end())
    return found;
  for (auto& [stream, x] : streams->second) {
    if (now - x.sent < limits_.refresh)
      continue;
    x.sent = now;
    if (renews && x.held)
      found.renewals.push_back(renewal_of(x.last));
    else
      found.throttles.push_back(x.last);
  }
  return found;
}

std::vector<throttle> throttle_table::all(std::string_view gateway, instant now) {
  std::vector<throttle> found;
  const auto streams = gateways_.find(gateway);
  if (streams == gateways_.end())
    return found;
  for (auto& [stream, x] : streams->second) {
    x.sent = now;
    x.held = false;
    found.push_back(x.last);
  }
  return found;
}

void throttle_table::delivered(const renewal& x) {
  if (auto* const known = find(x.stream); known != nullptr && known->last.generation == x.generation)
    known->held = true;
}

void throttle_table::superseded(const stream_id& stream, std::uint64_t in_force) {
  if (const auto* const known = find(stream); known != nullptr && known->last.generation < in_force)
    forget(stream);
}

std::optional<throttle> throttle_table::missed(const renewal& x, instant now) {
  auto* const known = find(x.stream);
  if (known == nullptr || known->last.generation != x.generation)
    return std::nullopt;
  known->held = false;
  known->sent = now;
  return known->last;
}

void throttle_table::expire(instant now) {
  for (auto i = gateways_.begin(); i != gateways_.end();) {
    count_ -= std::erase_if(i->second, [&](const auto& x) {
      return now - x.second.said >= limits_.forget;
    });
    i = i->second.empty() ? gateways_.erase(i) : std::next(i);
  }
}

void throttle_table::clear() {
  gateways_.clear();
  count_ = 0;
}

} // namespace sluice
