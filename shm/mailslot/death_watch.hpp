// A thread that sleeps in the kernel until one peer has died, and then says so. One per connected peer.
#pragma once

#include "shm/mailslot/participant.hpp"

#include <atomic>
#include <functional>
#include <thread>

namespace sluice::shm {

/// Costs nothing while the peer lives: the thread is blocked on the peer's lock (F_OFD_SETLKW), which the kernel grants
/// at the moment of death. Uses signal SIGRTMIN+3 inside this process to end the watch early; its handler does nothing.
class death_watch {
public:
  /// `died` is called at most once, in the watch's own thread.
  /// @pre `own` outlives the watch
  death_watch(const membership& own, participant peer, std::function<void()> died);
  ~death_watch();
  death_watch(const death_watch&) = delete;
  death_watch& operator=(const death_watch&) = delete;

private:
  std::atomic<bool> stop_{false};
  std::atomic<bool> done_{false};
  std::thread thread_;
};

} // namespace sluice::shm
