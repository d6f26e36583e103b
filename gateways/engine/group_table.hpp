// Which groups there are, on which shard, and which of them a stream belongs to. Asked when a stream is made and when
// limits change; never per request.
#pragma once

#include "actors/domain/agreement.hpp"
#include "gateways/engine/group.hpp"
#include "gateways/engine/stream.hpp"

#include <map>
#include <memory>
#include <string>
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

  std::vector<placement> shards_;
  std::map<std::string, entry> entries_;
  std::vector<agreement> for_reads_; ///< name and selector of those that are about reads
  std::vector<agreement> for_writes_;
  bool spread_ = true; ///< roots are on different shards: every group is about all operations
};

} // namespace sluice::gateway
