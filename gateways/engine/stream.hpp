// One stream: its queue, its gates and its counters between connections and the backend. Owns no socket and no thread.
#pragma once

#include "gateways/engine/group.hpp"
#include "gateways/engine/pending_request.hpp"
#include "gateways/engine/volume.hpp"
#include "gateways/engine/wake_queue.hpp"
#include "gateways/stats/stream_counters.hpp"
#include "gateways/throttle/gate.hpp"
#include "gateways/throttle/stream_control.hpp"

#include <array>

namespace sluice::gateway {

/// Where a stream or a group can be placed: a shard.
struct placement {
  request_queue* answers = nullptr; ///< for what the backend answers later
  wake_queue* wakes = nullptr;
};

/// The groups of a stream, on its shard: often one for both, often none.
struct membership {
  stream_group* reads = nullptr;
  stream_group* writes = nullptr; ///< of everything that may write
  friend bool operator==(const membership&, const membership&) = default;
};

class stream;

/// A stream as a contender in its group.
struct stream_turn final : fair_share {
  explicit stream_turn(stream& owner) : of(owner) {}
  stream& of;
  stream_group* group = nullptr;
};

///                 ┌▶ line of reads ──gate──┐
///   arrive() ─────┤                        ├─gate─▶ turn in its group ─▶ backend ─▶ returned()
///                 └▶ line of the rest ─gate┘
///
/// What came first goes first, except that reads and the rest do not wait for each other's own limits. Without a limit
/// nothing is in a line. All connections of a stream live on one shard, and so do all streams of a group, so nothing
/// here is shared between threads but the counters. The lines are bounded by the windows of the connections. Thread
/// safety: the shard's thread only; `counters` may be read from any.
class stream : public wakeable {
public:
  stream(const volume& target, request_queue& answers, wake_queue& wakes, const membership& groups = {});

  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;

  /// A request came in, at `x.received`. It is answered through its owner, at once or later. Returns the time after
  /// that.
  instant arrive(pending_request& x, instant now);

  /// A request came in that is answered with an error right away: it only counts.
  void refused(const pending_request& x, instant now);

  /// The backend answered a request that was not answered at once.
  void returned(pending_request& x, instant now);

  /// Lets through what may go now, and sets the wake-up for the next. Returns the time after that.
  instant pump(instant now);

  /// Its group lets one request through. Returns the time after that.
  instant take_turn(stream_turn& x, instant now);

  instant wake(instant now) override {
    return pump(now);
  }

  /// Takes the waiting requests of one owner, whose client is gone, out of the lines and calls `drop` for each. They
  /// count as arrived and never as completed.
  template<class Drop>
  void forget(const request_owner& owner, instant now, Drop drop) {
    for (auto& l : lanes_) {
      request_line kept;
      while (!l.line.empty()) {
        auto& x = l.line.remove_first();
        if (x.owner == &owner) {
          abandoned();
          drop(x);
        } else {
          kept.append(x);
        }
      }
      l.line = kept;
    }
    pump(now);
  }

  /// Another rule is in force.
  void obey(const stream_control& x, instant now);

  /// Its volume has other limits, at the same place.
  void obey(const volume_config& x, const stream_control& control, instant now);

  /// The rule it begins with. @pre its shard does not know it yet
  void begin_with(const stream_control& x) {
    control_ = x;
  }

  /// It belongs to these groups from now on. @pre they are on its shard
  void join(const membership& groups, instant now);

  /// What its connections hold of their shard's pools, of which it must leave some to other streams.
  void hold_memory(std::size_t bytes) {
    ++held_requests_;
    held_bytes_ += bytes;
  }
  void give_back_memory(std::size_t bytes) {
    --held_requests_;
    held_bytes_ -= bytes;
  }
  [[nodiscard]] bool holds_its_share() const {
    return held_requests_ >= max_requests || held_bytes_ >= max_bytes;
  }

  /// Chosen: a quarter of the pools, so that three streams that wait for their rate leave room for others, and more
  /// than a device needs to be busy.
  static constexpr std::size_t max_requests = request_pool::max_requests / 4;
  static constexpr std::size_t max_bytes = buffer_pool::max_used_bytes / 4;

  stream_counters counters;

private:
  struct lane {
    request_line line;
    gate own;
    stream_turn* turn = nullptr; ///< nullptr: no group
  };

  [[nodiscard]] lane& lane_of(const pending_request& x) {
    return lanes_[only_reads(x.operation) ? 0 : 1];
  }
  [[nodiscard]] bool waiting() const {
    return backlog_ != 0;
  }
  [[nodiscard]] gate_answer ask(lane& x, instant now);
  [[nodiscard]] lane* ready(const stream_turn* turn, instant now);
  void enrol(const membership& groups);
  void contend(stream_turn& x, instant now);
  [[nodiscard]] instant pump_groups(instant now);
  instant submit_first(lane& from, instant now);
  instant submit(pending_request& x, lane& from, instant now);
  void settle(instant now);
  void finish(pending_request& x, instant now);
  void abandoned();
  void renew_rule(instant now);

  volume target_;
  request_queue& answers_;
  wake_queue& wakes_;
  stream_control control_;
  rule_in_force rule_;
  gate own_; ///< of all its requests together
  std::array<lane, 2> lanes_;
  std::array<stream_turn, 2> turns_; ///< one for both lanes if their group is the same
  hold held_ = hold::none;           ///< why what waits waits
  std::uint32_t backlog_ = 0;        ///< in both lines
  std::size_t held_requests_ = 0;    ///< of the shard's pool
  std::size_t held_bytes_ = 0;       ///< likewise
  std::uint64_t arrivals_ = 0;       ///< what came first goes first
};

} // namespace sluice::gateway
