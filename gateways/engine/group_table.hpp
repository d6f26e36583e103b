// Which groups there are, on which shard, and which of them a stream belongs to. Asked when a stream is made and when
// limits change; never per request.
#pragma once

#include "actors/domain/agreement.hpp"
#include "gateways/engine/group.hpp"
#include "gateways/engine/stream.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sluice::gateway {

/// Thread safety: none, its owner locks.
class group_table {
public:
  /// @param shards where groups can live
  explicit group_table(std::vector<placement> shards) : shards_(std::move(shards)) {}

  /// The groups of the configuration, before the shards run. @pre check(groups) is empty
  void fill(const std::vector<group_config>& groups, instant now);

  /// Adds a group, or takes other limits and another weight for one that is there. Empty, and `to` is the group whose
  /// shard must be told, if it was there before (else nullptr); or the sentence that says why it is refused.
  /// @param preferred a shard for a new root, if it may be there
  [[nodiscard]] std::string take(const group_config& x, std::size_t preferred, instant now, stream_group*& to);

  /// Empty, or why these cannot be the groups from now on; one sentence each. @pre check(wanted) is empty
  [[nodiscard]] std::vector<std::string> problems_with(const std::vector<group_config>& wanted) const;

  /// These are the groups from now on. Returns those whose shard must be told of their limits and weights. A group that
  /// is no longer wanted, or is about other streams, counts for nobody any more; its object stays, as requests that are
  /// under way may refer to it. @pre problems_with(wanted) is empty
  [[nodiscard]] std::vector<std::pair<stream_group*, group_config>>
  replace(const std::vector<group_config>& wanted, const std::function<std::size_t(const group_config&)>& preferred,
          instant now);

  /// False for a group that is gone; true for none at all.
  [[nodiscard]] bool knows(const stream_group* x) const;

  /// The groups of a stream: of those that match, the most specific one, as with agreements.
  [[nodiscard]] membership of(const stream_id& x) const;

  struct entry {
    group_config config;
    std::unique_ptr<stream_group> group;
  };
  [[nodiscard]] const std::map<std::string, entry>& entries() const {
    return entries_;
  }

private:
  void add(const group_config& x, std::size_t root_shard, instant now);
  void index(const group_config& x);
  [[nodiscard]] std::set<std::string> kept(const std::vector<group_config>& wanted) const;

  std::vector<placement> shards_;
  std::map<std::string, entry> entries_;
  std::vector<agreement> for_reads_; ///< name and selector of those that are about reads
  std::vector<agreement> for_writes_;
  std::vector<std::unique_ptr<stream_group>> gone_; ///< together with entries_ at most max_groups
  bool spread_ = true; ///< roots are on different shards: every group is about all operations
};

} // namespace sluice::gateway
