// Places groups and finds those of a stream.
#include "gateways/engine/group_table.hpp"

#include "actors/domain/selection.hpp"

#include <algorithm>

namespace sluice::gateway {

namespace {

bool same_streams(const group_config& a, const group_config& b) {
  return a.volume == b.volume && a.client == b.client && a.operations == b.operations && a.above == b.above;
}

stream_group* find_for(const std::vector<agreement>& among, const std::map<std::string, group_table::entry>& entries,
                       const stream_id& x) {
  const auto* const found = agreement_for(among, x);
  return found == nullptr ? nullptr : entries.at(found->name).group.get();
}

} // namespace

void group_table::add(const group_config& x, std::size_t root_shard, instant now) {
  auto* const above = x.above.empty() ? nullptr : entries_.at(x.above).group.get();
  const auto shard = above != nullptr ? above->shard : spread_ ? root_shard : 0;
  entries_.emplace(x.name, entry{x, std::make_unique<stream_group>(x, above, shard, *shards_[shard].wakes, now)});
  index(x);
}

void group_table::index(const group_config& x) {
  agreement named;
  named.name = x.name;
  named.streams.volume = x.volume;
  named.streams.client = x.client;
  if (x.operations != group_operations::writes)
    for_reads_.push_back(named);
  if (x.operations != group_operations::reads)
    for_writes_.push_back(named);
}

void group_table::fill(const std::vector<group_config>& groups, instant now) {
  spread_ = std::all_of(groups.begin(), groups.end(), [](const group_config& x) {
    return x.operations == group_operations::all;
  });
  std::size_t roots = 0;
  // The ones above first, whatever their order is.
  for (std::size_t level = 0; level < max_group_levels; ++level)
    for (const auto& x : groups)
      if (!entries_.contains(x.name) && (x.above.empty() || entries_.contains(x.above)))
        add(x, x.above.empty() ? roots++ % shards_.size() : 0, now);
}

std::string group_table::take(const group_config& x, std::size_t preferred, instant now, stream_group*& to) {
  to = nullptr;
  if (auto problem = problem_with(x); !problem.empty())
    return problem;
  if (const auto found = entries_.find(x.name); found != entries_.end()) {
    if (!same_streams(found->second.config, x))
      return "group " + x.name + " is about other streams or operations, or below another group";
    found->second.config = x;
    to = found->second.group.get();
    return {};
  }
  std::vector<group_config> all{x};
  for (const auto& [name, known] : entries_)
    all.push_back(known.config);
  if (const auto problems = check(all); !problems.empty())
    return problems.front();
  if (all.size() + gone_.size() > max_groups)
    return "with those that were removed since the start there are more than " + std::to_string(max_groups) + " groups";
  if (x.operations != group_operations::all && spread_ && shards_.size() > 1)
    return "groups of reads or writes alone must be there from the start";
  add(x, preferred, now);
  return {};
}

/// Names of the groups that stay the objects they are: same streams, below the same group.
std::set<std::string> group_table::kept(const std::vector<group_config>& wanted) const {
  std::set<std::string> names;
  for (std::size_t level = 0; level < max_group_levels; ++level)
    for (const auto& x : wanted)
      if (const auto found = entries_.find(x.name); found != entries_.end() && same_streams(found->second.config, x)
                                                    && (x.above.empty() || names.contains(x.above)))
        names.insert(x.name);
  return names;
}

std::vector<std::string> group_table::problems_with(const std::vector<group_config>& wanted) const {
  std::vector<std::string> out;
  const auto names = kept(wanted);
  if (gone_.size() + entries_.size() - names.size() + wanted.size() > max_groups)
    out.push_back("groups: with those that were removed since the start there are more than "
                  + std::to_string(max_groups) + "; needs a restart");
  for (const auto& x : wanted)
    if (!names.contains(x.name) && x.operations != group_operations::all && spread_ && shards_.size() > 1)
      out.push_back("group " + x.name
                    + ": groups of reads or writes alone must be there from the start; needs a restart");
  return out;
}

std::vector<std::pair<stream_group*, group_config>>
group_table::replace(const std::vector<group_config>& wanted,
                     const std::function<std::size_t(const group_config&)>& preferred, instant now) {
  std::vector<std::pair<stream_group*, group_config>> changed;
  const auto names = kept(wanted);
  for (auto i = entries_.begin(); i != entries_.end();) {
    if (!names.contains(i->first)) {
      gone_.push_back(std::move(i->second.group));
      i = entries_.erase(i);
    } else {
      ++i;
    }
  }
  for_reads_.clear();
  for_writes_.clear();
  for (const auto& x : wanted)
    if (const auto found = entries_.find(x.name); found != entries_.end()) {
      if (found->second.config.limits != x.limits || found->second.config.weight != x.weight)
        changed.emplace_back(found->second.group.get(), x);
      found->second.config = x;
      index(x);
    }
  for (std::size_t level = 0; level < max_group_levels; ++level)
    for (const auto& x : wanted)
      if (!entries_.contains(x.name) && (x.above.empty() || entries_.contains(x.above)))
        add(x, preferred(x), now);
  return changed;
}

bool group_table::knows(const stream_group* x) const {
  return x == nullptr || std::any_of(entries_.begin(), entries_.end(), [x](const auto& known) {
           return known.second.group.get() == x;
         });
}

membership group_table::of(const stream_id& x) const {
  return {find_for(for_reads_, entries_, x), find_for(for_writes_, entries_, x)};
}

} // namespace sluice::gateway
