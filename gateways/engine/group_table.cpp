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
  if (x.operations != group_operations::all && spread_ && shards_.size() > 1)
    return "groups of reads or writes alone must be there from the start";
  add(x, preferred, now);
  return {};
}

membership group_table::of(const stream_id& x) const {
  return {find_for(for_reads_, entries_, x), find_for(for_writes_, entries_, x)};
}

} // namespace sluice::gateway
