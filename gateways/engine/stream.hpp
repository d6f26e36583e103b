// One stream: its queue, its gate and its counters between connections and the backend. Owns no socket and no thread.
#pragma once

#include "gateways/engine/pending_request.hpp"
#include "gateways/engine/volume.hpp"
#include "gateways/engine/wake_queue.hpp"
#include "gateways/stats/stream_counters.hpp"
#include "gateways/throttle/stream_control.hpp"
#include "gateways/throttle/stream_gate.hpp"

namespace sluice::gateway {

///   connections ──arrive──▶ line (first come, first served) ──gate──▶ backend ──returned──▶ connections
///
/// All connections of a stream live on one shard, so nothing here is shared but the counters. The line is bounded by
/// the windows of its connections. Thread safety: the shard's thread only; `counters` may be read from any.
class stream : public wakeable {
public:
  /// @param answers the shard's queue, for what the backend answers later
  stream(const volume& target, request_queue& answers, wake_queue& wakes);

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

  /// Takes the waiting requests of one owner, whose client is gone, out of the line and calls `drop` for each. They
  /// count as arrived and never as completed.
  template<class Drop>
  void forget(const request_owner& owner, instant now, Drop drop) {
    request_line kept;
    while (!line_.empty()) {
      auto& x = line_.remove_first();
      if (x.owner == &owner) {
        abandoned();
        drop(x);
      } else {
        kept.append(x);
      }
    }
    line_ = kept;
    pump(now);
  }

  /// Another rule is in force.
  void obey(const stream_control& x, instant now);

  stream_counters counters;

private:
  instant submit(pending_request& x, instant now, bool waited);
  void finish(pending_request& x, instant now);
  void abandoned();
  void renew_rule(instant now);

  const volume& target_;
  request_queue& answers_;
  wake_queue& wakes_;
  stream_control control_;
  rule_in_force rule_;
  stream_gate gate_;
  request_line line_;
  hold held_ = hold::none; ///< why the first of the line waits
  std::uint32_t backlog_ = 0;
};

} // namespace sluice::gateway
