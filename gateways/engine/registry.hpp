// Which streams exist, on which shard they live and which throttle they have. Asked at connect, per throttle and per
// sample; never per request.
#pragma once

#include "actors/domain/sample.hpp"
#include "gateways/engine/engine.hpp"
#include "gateways/engine/group_table.hpp"
#include "gateways/engine/stream.hpp"
#include "gateways/stats/interval_reader.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::gateway {

/// A stream with what the registry keeps about it.
struct registered_stream {
  stream_id id;
  std::size_t shard = 0;
  gateway::stream flow; ///< its shard's own, except for the counters

  // The registry's own, under its lock.
  volume target;          ///< the shard has a copy
  bool served = true;     ///< its volume is; else its connections go on until they end
  membership groups;      ///< the shard has a copy
  stream_control control; ///< the truth; the shard has a copy
  std::uint32_t connections = 0;
  instant last_used{0};
  std::uint64_t sequence = 0;
  std::unique_ptr<const stream_totals> earlier; ///< of its former lives; fixed once it is in the table
  bool unreported = false;                      ///< something may have happened since the last sample
  control_state reported_state = control_state::unlimited;
  throttle_rule rule = throttle_rule::none; ///< by which it has its throttle
  std::uint32_t untold_changes = 0;         ///< of what is in force, not in an event yet
  instant last_told{0};
  interval_reader reader;

  registered_stream(stream_id name, std::size_t on, const placement& where, const volume& on_volume,
                    const membership& belongs_to, instant now)
      : id(std::move(name)),
        shard(on),
        flow(on_volume, *where.answers, *where.wakes, belongs_to),
        target(on_volume),
        groups(belongs_to),
        control(on_volume.config.fixed),
        last_used(now),
        reader(now) {}
};

/// Who must be told after a group was changed or added, each on its shard.
struct group_change {
  stream_group* changed = nullptr; ///< limits and weight; nullptr if the group is new
  std::vector<std::pair<std::shared_ptr<registered_stream>, membership>> joined;
};

/// Who must be told after a reload, each on its shard.
struct reload_change {
  struct limits {
    std::shared_ptr<registered_stream> who;
    volume_config what;
    stream_control control;
  };
  std::vector<limits> streams;
  std::vector<std::pair<stream_group*, group_config>> groups;
  std::vector<std::pair<std::shared_ptr<registered_stream>, membership>> joined;
};

/// Thread safety: all functions lock one mutex.
class registry {
public:
  /// Changes of throttles are told once per second and stream, and so many in one call of collect(): the events' bound
  /// is for connections, too. What is held back is told later, as it is then. Chosen.
  static constexpr duration tell_interval = std::chrono::seconds{1};
  static constexpr std::size_t max_told = 16;

  /// @param observe told about throttles and groups that changed and leases that ran out; called under the lock
  registry(const engine_config& config, std::vector<volume> volumes, std::vector<placement> shards,
           std::function<void(const engine_event&)> observe);

  /// A connection of `client` chose a volume and was told `chosen` about it. nullptr and the reason if a bound is
  /// reached, or if the volume has changed since.
  [[nodiscard]] std::shared_ptr<registered_stream> attach(const nbd::export_info& chosen, const std::string& client,
                                                          instant now, std::string& why);

  /// That connection is gone, with all its requests.
  void detach(registered_stream& x, instant now);

  /// Takes a throttle. Empty, and `to` is the stream whose shard must be told `control`; or the reason for refusal.
  [[nodiscard]] std::string apply(const throttle& x, instant now, std::shared_ptr<registered_stream>& to,
                                  stream_control& control);

  /// Begins a lease anew. Empty, and `to` is the stream whose shard must be told `control`; or why nothing changed.
  [[nodiscard]] std::string renew(const renewal& x, instant now, std::shared_ptr<registered_stream>& to,
                                  stream_control& control);

  /// Of the throttle last accepted for the stream; 0 = none.
  [[nodiscard]] std::uint64_t generation(const stream_id& x) const;

  /// Takes a group's limits. Empty, and `to` says who must be told; or the reason for refusal.
  [[nodiscard]] std::string take(const group_config& x, instant now, group_change& to);

  /// Other volumes and groups from now on, all or none of them. Empty, and `to` says who must be told; or why not, one
  /// sentence each. @pre check() found nothing wrong with them
  [[nodiscard]] std::vector<std::string> reload(std::vector<volume> volumes, const std::vector<group_config>& groups,
                                                instant now, reload_change& to);

  /// The volumes that are served now.
  [[nodiscard]] std::shared_ptr<const volume_directory> volumes() const;

  /// True while a connection may send requests there.
  [[nodiscard]] bool uses(const backend& x) const;

  [[nodiscard]] std::vector<sample> collect(instant now, wall_time wall);

  [[nodiscard]] std::vector<stream_summary> summaries(instant now) const;

  /// The summaries with their running totals since the stream is known. The lock is held for the summaries alone.
  void visit(instant now, const std::function<void(const stream_summary&, const stream_totals&)>& see) const;
  [[nodiscard]] std::vector<group_summary> group_summaries() const;

private:
  std::shared_ptr<registered_stream> find_or_add(const volume& target, const std::string& client, instant now);
  [[nodiscard]] std::size_t shard_of_most(const group_config& x) const;
  [[nodiscard]] std::vector<std::string> problems_with(const volume_directory& volumes) const;
  void move_on(const volume_directory& volumes, instant now, reload_change& to);
  void rejoin(std::vector<std::pair<std::shared_ptr<registered_stream>, membership>>& joined);
  std::shared_ptr<registered_stream> make_anew(const registered_stream& x, const volume& target, instant now);
  [[nodiscard]] bool sample_of(registered_stream& x, instant now, wall_time wall, sample& s);
  void regroup(std::shared_ptr<registered_stream>& x, const volume& target, instant now);
  [[nodiscard]] std::shared_ptr<registered_stream> place(stream_id id, const volume& target, instant now);
  [[nodiscard]] static stream_summary summary_of(const registered_stream& x, instant now);
  void tell_changes(instant now);
  void tell_expired(const registered_stream& x, const rule_in_force& rule) const;
  void tell_group(const group_config& x, std::string_view what) const;
  void tell_groups(const std::vector<group_config>& wanted) const;
  void forget_unused(instant now);
  [[nodiscard]] bool forget_longest_unused();

  const engine_config& config_;
  std::vector<placement> shards_;
  std::function<void(const engine_event&)> observe_;
  group_table groups_;

  mutable std::mutex mutex_;
  std::shared_ptr<const volume_directory> volumes_;
  std::vector<std::shared_ptr<registered_stream>>
      replaced_; ///< with something not yet in a sample; bounded as streams_
  std::map<std::pair<std::string, std::string>, std::shared_ptr<registered_stream>> streams_; ///< by volume and client
  std::pair<std::string, std::string> last_told_;       ///< the next call goes on behind it
  std::map<std::string, std::uint32_t> connections_of_; ///< by client
  std::vector<std::uint32_t> streams_on_;               ///< by shard
};

} // namespace sluice::gateway
