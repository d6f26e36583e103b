// A group at work on its shard: its shared limit with a timer. Knows no socket; the streams send.
#pragma once

#include "gateways/engine/group_config.hpp"
#include "gateways/engine/wake_queue.hpp"
#include "gateways/throttle/shared_limit.hpp"

namespace sluice::gateway {

/// All streams of a group, and of the groups above and below it, live on one shard (decision 1 in
/// gateways/throttle/README.md). Thread safety: its shard's thread, except for what is const.
class stream_group final : public wakeable {
public:
  /// @param above nullptr, or a group on the same shard that outlives this one
  stream_group(const group_config& x, stream_group* above, std::size_t on_shard, wake_queue& wakes, instant now)
      : shard(on_shard),
        limit(above != nullptr ? &above->limit : nullptr),
        root_(above != nullptr ? above->root_ : this),
        wakes_(wakes) {
    limit.set_weight(x.weight);
    limit.set(x.limits, now);
  }

  const std::size_t shard;
  shared_limit limit;

  /// Lets through what may go now, of all groups that are tied to this one, and sets the wake-up for the next. Returns
  /// the time after that.
  instant pump(instant now);

  /// Other limits are in force.
  void obey(const io_limits& x, std::uint32_t weight, instant now);

  instant wake(instant now) override {
    return pump(now);
  }

private:
  stream_group* root_;
  wake_queue& wakes_;
};

} // namespace sluice::gateway
