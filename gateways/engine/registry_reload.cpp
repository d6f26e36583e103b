// Other volumes and groups while clients are connected.
#include "gateways/engine/registry.hpp"

#include <algorithm>

namespace sluice::gateway {

std::vector<std::string> registry::problems_with(const volume_directory& volumes) const {
  std::vector<std::string> out;
  for (const auto& v : volumes.all()) {
    const auto elsewhere = [&v](const auto& entry) {
      const auto& x = *entry.second;
      return entry.first.first == v.config.name && x.connections != 0 && !x.target.same_place(v);
    };
    if (std::any_of(streams_.begin(), streams_.end(), elsewhere))
      out.push_back("volume " + v.config.name
                    + ": its backend, offset or size changed while clients are connected to it; needs a restart, or "
                      "their leaving first");
  }
  return out;
}

/// Each stream follows its volume, or stays where it is until its connections end.
void registry::move_on(const volume_directory& volumes, instant now, reload_change& to) {
  for (auto& [key, x] : streams_) {
    const auto* const v = volumes.find(key.first);
    x->served = v != nullptr;
    if (v == nullptr)
      continue;
    if (!x->target.same_place(*v)) { // nobody is connected
      if (x->unreported && replaced_.size() < config_.max_streams)
        replaced_.push_back(x);
      x = make_anew(*x, *v, now);
      continue;
    }
    if (x->target.config != v->config) {
      x->control.set_fixed(v->config.fixed);
      to.streams.push_back({x, v->config, x->control});
    }
    x->target = *v;
  }
}

/// Streams whose groups live on their shard join them, and leave those that are gone.
void registry::rejoin(std::vector<std::pair<std::shared_ptr<registered_stream>, membership>>& joined) {
  for (auto& [key, s] : streams_) {
    auto groups = groups_.of(s->id);
    const auto here = [&s](const stream_group* g) {
      return g == nullptr || g->shard == s->shard;
    };
    if (!here(groups.reads) || !here(groups.writes)) {
      groups = s->groups;
      groups.reads = groups_.knows(groups.reads) ? groups.reads : nullptr;
      groups.writes = groups_.knows(groups.writes) ? groups.writes : nullptr;
    }
    if (groups == s->groups)
      continue;
    s->groups = groups;
    joined.emplace_back(s, groups);
  }
}

std::vector<std::string> registry::reload(std::vector<volume> volumes, const std::vector<group_config>& groups,
                                          instant now, reload_change& to) {
  const std::lock_guard lock{mutex_};
  auto next = std::make_shared<const volume_directory>(std::move(volumes));
  auto problems = problems_with(*next);
  const auto more = groups_.problems_with(groups);
  problems.insert(problems.end(), more.begin(), more.end());
  if (!problems.empty())
    return problems;
  tell_groups(groups);
  to.groups = groups_.replace(
      groups,
      [this](const group_config& x) {
        return shard_of_most(x);
      },
      now);
  move_on(*next, now, to);
  rejoin(to.joined);
  volumes_ = std::move(next);
  return problems;
}

std::shared_ptr<const volume_directory> registry::volumes() const {
  const std::lock_guard lock{mutex_};
  return volumes_;
}

bool registry::uses(const backend& x) const {
  const std::lock_guard lock{mutex_};
  return std::any_of(streams_.begin(), streams_.end(), [&x](const auto& entry) {
    return entry.second->connections != 0 && entry.second->target.storage == &x;
  });
}

} // namespace sluice::gateway
