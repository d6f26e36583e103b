// Keeps throttles by gateway and stream.
#include "actors/performance_monitor/throttle_table.hpp"

namespace sluice {

throttle_table::kept throttle_table::keep(const throttle& x, instant now) {
  auto& streams = gateways_[x.stream.gateway];
  const auto found = streams.find(x.stream);
  if (found == streams.end()) {
    if (count_ >= limits_.throttles)
      return kept::full;
    streams.emplace(x.stream, entry{x, now, now});
    ++count_;
    return kept::yes;
  }
  if (x.generation < found->second.last.generation)
    return kept::older;
  found->second = {x, now, now};
  return kept::yes;
}

std::vector<throttle> throttle_table::older_than(std::string_view gateway, instant now, duration age) {
  std::vector<throttle> found;
  const auto streams = gateways_.find(gateway);
  if (streams == gateways_.end())
    return found;
  for (auto& [stream, x] : streams->second) {
    if (now - x.sent < age)
      continue;
    x.sent = now;
    found.push_back(x.last);
  }
  return found;
}

std::vector<throttle> throttle_table::due(std::string_view gateway, instant now) {
  return older_than(gateway, now, limits_.refresh);
}

std::vector<throttle> throttle_table::all(std::string_view gateway, instant now) {
  return older_than(gateway, now, duration::zero());
}

void throttle_table::superseded(const stream_id& stream, std::uint64_t in_force) {
  const auto streams = gateways_.find(stream.gateway);
  if (streams == gateways_.end())
    return;
  const auto found = streams->second.find(stream);
  if (found == streams->second.end() || found->second.last.generation >= in_force)
    return;
  streams->second.erase(found);
  --count_;
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
