// What the registry tells the observer, in the words of the log.
#include "gateways/engine/registry.hpp"

#include <algorithm>
#include <chrono>

namespace sluice::gateway {

namespace {

using namespace std::chrono_literals;

std::string limit(std::string_view name, std::uint64_t value) {
  std::string text{" "};
  text += name;
  text += '=';
  text += value == 0 ? std::string{"unlimited"} : std::to_string(value);
  return text;
}

std::string text_of(const allowance& x) {
  auto text = limit("iops", x.iops.per_second) + limit("bytes_per_s", x.bandwidth.per_second) + limit("depth", x.depth);
  if (!x.burst_iops.unlimited())
    text += limit("burst_iops", x.burst_iops.per_second) + " burst_ms=" + std::to_string(x.burst_length / 1ms);
  return text;
}

std::string text_of(const io_limits& x) {
  auto text = text_of(allowance{x.iops, x.bandwidth, x.depth, x.burst_iops, x.burst_length});
  if (!x.burst_bandwidth.unlimited())
    text += limit("burst_bytes_per_s", x.burst_bandwidth.per_second);
  return text;
}

} // namespace

void registry::tell_expired(const registered_stream& x, const rule_in_force& rule) const {
  if (observe_)
    observe_({engine_event::kind::lease_expired, to_string(x.id),
              "generation=" + std::to_string(x.control.generation()) + text_of(rule.what)});
}

void registry::tell_changes(instant now) {
  if (!observe_)
    return;
  std::size_t told = 0;
  auto i = streams_.upper_bound(last_told_);
  for (std::size_t seen = 0; seen < streams_.size() && told < max_told; ++seen, ++i) {
    if (i == streams_.end())
      i = streams_.begin();
    auto& x = *i->second;
    if (x.untold_changes == 0 || now - x.last_told < tell_interval)
      continue;
    const auto rule = x.control.in_force(now);
    std::string text{"state="};
    text += to_string(rule.state);
    text += " generation=" + std::to_string(x.control.generation()) + " rule=";
    text += to_string(x.rule);
    text += text_of(rule.what);
    if (rule.until != instant::max())
      text += " lease_ms=" + std::to_string((rule.until - now) / 1ms);
    observe_(
        {engine_event::kind::throttle_changed, to_string(x.id), text + " changes=" + std::to_string(x.untold_changes)});
    x.untold_changes = 0;
    x.last_told = now;
    last_told_ = i->first;
    ++told;
  }
}

void registry::tell_group(const group_config& x, std::string_view what) const {
  if (observe_)
    observe_({engine_event::kind::group_changed, x.name,
              "what=" + std::string{what} + text_of(x.limits) + " weight=" + std::to_string(x.weight)});
}

/// Before these take the place of those that are there.
void registry::tell_groups(const std::vector<group_config>& wanted) const {
  const auto& known = groups_.entries();
  for (const auto& x : wanted)
    if (const auto found = known.find(x.name); found == known.end())
      tell_group(x, "added");
    else if (found->second.config != x)
      tell_group(x, "changed");
  for (const auto& [name, x] : known)
    if (std::none_of(wanted.begin(), wanted.end(), [&name = name](const group_config& y) {
          return y.name == name;
        }))
      tell_group(x.config, "removed");
}

} // namespace sluice::gateway
