// The clock of a simulated run: events in the order of (time, sequence). Knows nothing of storage.
#pragma once

#include "actors/domain/units.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace sluice::sim {

/// Something to which an event can happen. `what` and `argument` are its own.
class event_target {
public:
  event_target() = default;
  event_target(const event_target&) = delete;
  event_target& operator=(const event_target&) = delete;
  virtual ~event_target() = default;
  virtual void on_event(std::uint32_t what, std::uint32_t argument) = 0;
};

/// Lets events happen in the order of their time; of two at the same time the one that was set first. One thread.
class simulation {
public:
  [[nodiscard]] instant now() const noexcept {
    return now_;
  }

  /// What lies in the past happens now. `to` must outlive the run.
  void at(instant when, event_target& to, std::uint32_t what, std::uint32_t argument = 0) {
    events_.push_back({std::max(when, now_), next_++, &to, what, argument});
    std::push_heap(events_.begin(), events_.end(), later);
  }

  void after(duration delay, event_target& to, std::uint32_t what, std::uint32_t argument = 0) {
    at(now_ + delay, to, what, argument);
  }

  /// Everything up to and including `end`.
  void run_until(instant end) {
    while (!events_.empty() && events_.front().when <= end) {
      std::pop_heap(events_.begin(), events_.end(), later);
      const auto x = events_.back();
      events_.pop_back();
      now_ = x.when;
      x.to->on_event(x.what, x.argument);
    }
    now_ = end;
  }

  /// Events that happened or wait. The step that a message names.
  [[nodiscard]] std::uint64_t steps() const noexcept {
    return next_ - events_.size();
  }

private:
  struct event {
    instant when;
    std::uint64_t sequence;
    event_target* to;
    std::uint32_t what;
    std::uint32_t argument;
  };
  static bool later(const event& a, const event& b) noexcept {
    return a.when != b.when ? a.when > b.when : a.sequence > b.sequence;
  }

  std::vector<event> events_;
  instant now_{0};
  std::uint64_t next_ = 0;
};

} // namespace sluice::sim
