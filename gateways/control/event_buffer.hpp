// Takes the engine's events from its threads to whoever logs them. Bounded: a flood of connections costs lines, not
// memory.
#pragma once

#include "gateways/engine/config.hpp"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace sluice::gateway {

/// Thread safe.
class event_buffer {
public:
  /// Chosen: ten times what an orderly gateway sees between two ticks of 100 ms.
  static constexpr std::size_t bound = 64;

  /// Keeps the event, or counts it as dropped.
  void put(const engine_event& x) {
    const std::lock_guard guard{mutex_};
    if (events_.size() < bound)
      events_.push_back(x);
    else
      ++dropped_;
  }

  struct content {
    std::vector<engine_event> events;
    std::uint64_t dropped = 0;
  };

  /// What was put since the last call.
  [[nodiscard]] content take() {
    const std::lock_guard guard{mutex_};
    return {std::exchange(events_, {}), std::exchange(dropped_, 0)};
  }

private:
  std::mutex mutex_;
  std::vector<engine_event> events_;
  std::uint64_t dropped_ = 0;
};

} // namespace sluice::gateway
