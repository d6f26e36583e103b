// The transport's second thread: does what must not be done where it arose, and what waits. Sleeps otherwise.
#pragma once

#include "shm/transport/peer_table.hpp"

#include <condition_variable>
#include <functional>
#include <map>
#include <thread>

namespace sluice::shm {

/// Runs deferred tasks, flushes outboxes, ends the watches of dead peers, and looks at the peers' heartbeats.
class courier {
public:
  struct reports {
    /// A living peer's heartbeat has stood still (true) or goes on again (false).
    std::function<void(const peer&, bool hung)> hung;
    /// Samples and other messages to the peer that were dropped at the bound since the last call.
    std::function<void(const peer&, std::uint64_t samples, std::uint64_t others)> dropped;
    /// Once per look at the heartbeats: for what else is to be looked at now and then.
    std::function<void()> looked;
  };

  courier(peer_table& peers, caf::timespan heartbeat_interval, caf::timespan hung_after, reports to);

  /// `prepare` runs in the new thread first and its result is kept there until the end.
  void start(std::function<std::shared_ptr<void>()> prepare);
  /// Flushes what can be flushed within `patience`, then ends the thread.
  void stop(std::chrono::milliseconds patience);

  /// Runs `task` soon, in order. Thread safe; may be called with any lock held.
  void defer(std::function<void()> task);
  /// Tells that an outbox has work or a peer has died. Thread safe.
  void poke();

private:
  using clock = std::chrono::steady_clock;
  struct pulse {
    std::uint64_t incarnation = 0;
    std::uint64_t beat = 0;
    clock::time_point since;
    bool hung = false;
    std::uint64_t samples = 0;
    std::uint64_t others = 0;
  };

  void run();
  void run_tasks();
  peer_ptr flush_all();
  void check(clock::time_point now);
  void check_one(peer& x, pulse& p, clock::time_point now);

  peer_table& peers_;
  const clock::duration interval_;
  const clock::duration hung_after_;
  const reports report_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::function<void()>> tasks_;
  bool poked_ = false;
  bool stop_ = false;
  clock::time_point stop_by_;
  std::map<std::uint32_t, pulse> pulses_; // by role; courier's thread only
  std::thread thread_;
};

} // namespace sluice::shm
