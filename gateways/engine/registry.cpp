// Places, remembers and forgets streams.
#include "gateways/engine/registry.hpp"

#include <algorithm>

namespace sluice::gateway {

registry::registry(const engine_config& config, std::vector<volume> volumes, std::vector<placement> shards,
                   std::function<void(const engine_event&)> observe)
    : config_(config),
      shards_(std::move(shards)),
      observe_(std::move(observe)),
      groups_(shards_),
      volumes_(std::make_shared<volume_directory>(std::move(volumes))),
      streams_on_(shards_.size(), 0) {
  groups_.fill(config.groups, instant{0}); // long ago: their credit is full
}

std::shared_ptr<registered_stream> registry::place(stream_id id, const volume& target, instant now) {
  const auto groups = groups_.of(id);
  const auto* const any = groups.reads != nullptr ? groups.reads : groups.writes;
  const auto shard =
      any != nullptr
          ? any->shard
          : static_cast<std::size_t>(std::min_element(streams_on_.begin(), streams_on_.end()) - streams_on_.begin());
  ++streams_on_[shard];
  return std::make_shared<registered_stream>(std::move(id), shard, shards_[shard], target, groups, now);
}

std::shared_ptr<registered_stream> registry::find_or_add(const volume& target, const std::string& client, instant now) {
  const std::pair key{target.config.name, client};
  if (const auto found = streams_.find(key); found != streams_.end())
    return found->second;
  if (streams_.size() >= config_.max_streams && !forget_longest_unused())
    return nullptr;
  auto added = place({config_.name, key.first, client}, target, now);
  streams_.emplace(key, added);
  return added;
}

/// The same stream with its throttle, but in its groups and on its volume as they are now. @pre it has no connection
std::shared_ptr<registered_stream> registry::make_anew(const registered_stream& x, const volume& target, instant now) {
  auto again = place(x.id, target, now);
  --streams_on_[x.shard];
  again->control = x.control;
  again->control.set_fixed(target.config.fixed);
  again->sequence = x.sequence + (x.unreported ? 1 : 0); // one is for what is not yet in a sample
  again->reported_state = x.reported_state;
  again->rule = x.rule;
  again->untold_changes = x.untold_changes;
  again->last_told = x.last_told;
  again->last_used = x.last_used;
  again->flow.begin_with(again->control);
  auto totals = std::make_unique<stream_totals>();
  (void)look(x.flow.counters, now, *totals); // without a connection nobody writes them
  if (x.earlier != nullptr)
    totals->add(*x.earlier);
  again->earlier = std::move(totals);
  return again;
}

/// Groups that were added since an idle stream was made: it is made anew where they live.
void registry::regroup(std::shared_ptr<registered_stream>& x, const volume& target, instant now) {
  if (x->connections != 0 || x->groups == groups_.of(x->id))
    return;
  if (x->unreported) {
    if (replaced_.size() >= config_.max_streams)
      return;
    replaced_.push_back(x);
  }
  x = make_anew(*x, target, now);
  streams_[{x->id.volume, x->id.client}] = x;
}

std::shared_ptr<registered_stream> registry::attach(const nbd::export_info& chosen, const std::string& client,
                                                    instant now, std::string& why) {
  const std::lock_guard lock{mutex_};
  const auto* const target = volumes_->find(chosen.name);
  if (target == nullptr || target->info != chosen) {
    why = "the volume has just changed";
    return nullptr;
  }
  if (const auto n = connections_of_.find(client);
      n != connections_of_.end() && n->second >= config_.max_client_connections) {
    why = "too many connections of this client";
    return nullptr;
  }
  auto x = find_or_add(*target, client, now);
  if (x == nullptr) {
    why = "too many streams";
    return nullptr;
  }
  regroup(x, *target, now);
  ++connections_of_[client];
  if (x->connections++ == 0 && !x->unreported)
    x->reader.restart(now);
  x->unreported = true;
  return x;
}

void registry::detach(registered_stream& x, instant now) {
  const std::lock_guard lock{mutex_};
  --x.connections;
  x.last_used = now;
  x.unreported = true;
  if (const auto n = connections_of_.find(x.id.client); n != connections_of_.end() && --n->second == 0)
    connections_of_.erase(n);
}

std::string registry::apply(const throttle& x, instant now, std::shared_ptr<registered_stream>& to,
                            stream_control& control) {
  if (auto problem = problem_with(x); !problem.empty())
    return problem;
  if (x.stream.gateway != config_.name)
    return "it is for gateway " + x.stream.gateway + ", this is " + config_.name;
  const std::lock_guard lock{mutex_};
  if (const auto known = streams_.find({x.stream.volume, x.stream.client}); known != streams_.end())
    to = known->second; // also if its volume is no longer served
  else if (const auto* const target = volumes_->find(x.stream.volume); target == nullptr)
    return "there is no volume " + x.stream.volume;
  else
    to = find_or_add(*target, x.stream.client, now);
  if (to == nullptr)
    return "too many streams";
  const auto before = to->control.in_force(now);
  auto problem = to->control.accept(x, now);
  const auto after = to->control.in_force(now);
  if (problem.empty() && (before.what != after.what || before.state != after.state || to->rule != x.why.rule)) {
    to->rule = x.why.rule;
    ++to->untold_changes;
  }
  control = to->control;
  to->last_used = now;
  return problem;
}

std::string registry::renew(const renewal& x, instant now, std::shared_ptr<registered_stream>& to,
                            stream_control& control) {
  if (auto problem = problem_with(x); !problem.empty())
    return problem;
  if (x.stream.gateway != config_.name)
    return "it is for gateway " + x.stream.gateway + ", this is " + config_.name;
  const std::lock_guard lock{mutex_};
  const auto known = streams_.find({x.stream.volume, x.stream.client});
  if (known == streams_.end())
    return "there is no throttle";
  to = known->second;
  const auto before = to->control.in_force(now).state;
  auto problem = to->control.renew(x.generation, now);
  if (problem.empty()) {
    to->untold_changes += before != to->control.in_force(now).state ? 1u : 0u;
    to->last_used = now;
  }
  control = to->control;
  return problem;
}

std::uint64_t registry::generation(const stream_id& x) const {
  const std::lock_guard lock{mutex_};
  const auto known = streams_.find({x.volume, x.client});
  return known == streams_.end() || x.gateway != config_.name ? 0 : known->second->control.generation();
}

/// Where most of the connected streams live that a group is about.
std::size_t registry::shard_of_most(const group_config& x) const {
  std::vector<std::uint32_t> on(shards_.size(), 0);
  for (const auto& [key, s] : streams_)
    on[s->shard] += s->connections != 0 && matches(x.volume, key.first) && matches(x.client, key.second) ? 1u : 0u;
  return static_cast<std::size_t>(std::max_element(on.begin(), on.end()) - on.begin());
}

std::string registry::take(const group_config& x, instant now, group_change& to) {
  const std::lock_guard lock{mutex_};
  auto problem = groups_.take(x, shard_of_most(x), now, to.changed);
  if (problem.empty())
    tell_group(x, to.changed != nullptr ? "changed" : "added");
  if (!problem.empty() || to.changed != nullptr)
    return problem;
  rejoin(to.joined);
  return problem;
}

bool registry::sample_of(registered_stream& x, instant now, wall_time wall, sample& s) {
  if (!x.reader.take(x.flow.counters, now, s))
    return false;
  x.unreported = x.connections != 0;
  s.stream = x.id;
  s.backend = x.target.config.backend;
  s.sequence = ++x.sequence;
  s.taken = wall;
  s.generation = x.control.generation();
  s.control = x.reported_state;
  return true;
}

std::vector<sample> registry::collect(instant now, wall_time wall) {
  const std::lock_guard lock{mutex_};
  std::vector<sample> result;
  result.reserve(streams_.size() + replaced_.size());
  const auto take = [&](registered_stream& x) {
    sample s;
    const auto taken = sample_of(x, now, wall, s);
    if (taken)
      result.push_back(std::move(s));
    return taken;
  };
  std::erase_if(replaced_, [&](const auto& x) {
    return take(*x);
  });
  for (auto& [key, x] : streams_) {
    const auto rule = x->control.in_force(now);
    if (rule.state == control_state::envelope && x->reported_state == control_state::throttled)
      tell_expired(*x, rule);
    x->reported_state = rule.state;
    if (x->connections != 0 || x->unreported)
      take(*x);
  }
  tell_changes(now);
  forget_unused(now);
  return result;
}

void registry::forget_unused(instant now) {
  for (auto i = streams_.begin(); i != streams_.end();) {
    const auto& x = *i->second;
    const auto leased = x.control.in_force(now).state == control_state::throttled;
    const auto wanted = x.served && (leased || now - x.last_used < config_.keep_stream);
    if (x.connections == 0 && !x.unreported && !wanted) {
      --streams_on_[x.shard];
      i = streams_.erase(i);
    } else {
      ++i;
    }
  }
}

bool registry::forget_longest_unused() {
  auto oldest = streams_.end();
  for (auto i = streams_.begin(); i != streams_.end(); ++i)
    if (i->second->connections == 0 && (oldest == streams_.end() || i->second->last_used < oldest->second->last_used))
      oldest = i;
  if (oldest == streams_.end())
    return false;
  --streams_on_[oldest->second->shard];
  streams_.erase(oldest);
  return true;
}

stream_summary registry::summary_of(const registered_stream& x, instant now) {
  const auto rule = x.control.in_force(now);
  return {x.id, x.target.config.backend, x.connections, x.control.generation(), rule.state, rule.what};
}

std::vector<stream_summary> registry::summaries(instant now) const {
  const std::lock_guard lock{mutex_};
  std::vector<stream_summary> result;
  result.reserve(streams_.size());
  for (const auto& [key, x] : streams_)
    result.push_back(summary_of(*x, now));
  return result;
}

void registry::visit(instant now, const std::function<void(const stream_summary&, const stream_totals&)>& see) const {
  std::vector<std::pair<stream_summary, std::shared_ptr<const registered_stream>>> seen;
  {
    const std::lock_guard lock{mutex_};
    seen.reserve(streams_.size());
    for (const auto& [key, x] : streams_)
      seen.emplace_back(summary_of(*x, now), x);
  }
  stream_totals totals;
  for (const auto& [what, x] : seen) {
    (void)look(x->flow.counters, now, totals); // each figure is right also if they are not of one moment
    if (x->earlier != nullptr)
      totals.add(*x->earlier);
    see(what, totals);
  }
}

std::vector<group_summary> registry::group_summaries() const {
  const std::lock_guard lock{mutex_};
  std::vector<group_summary> result;
  for (const auto& [name, known] : groups_.entries()) {
    group_summary x{known.config, known.group->shard, 0};
    for (const auto& [key, s] : streams_) {
      x.streams += s->groups.reads == known.group.get() || s->groups.writes == known.group.get() ? 1u : 0u;
    }
    result.push_back(std::move(x));
  }
  return result;
}

} // namespace sluice::gateway
