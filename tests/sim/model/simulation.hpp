// The clock of a simulated run: events in the order of (time, sequence). Knows nothing of storage.
#pragma once

#include "actors/domain/units.hpp"

#include <algorithm>
#include <cstddef>
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
    rise(events_.size() - 1);
  }

  void after(duration delay, event_target& to, std::uint32_t what, std::uint32_t argument = 0) {
    at(now_ + delay, to, what, argument);
  }

  /// Everything up to and including `end`.
  void run_until(instant end) {
    while (!events_.empty() && events_.front().when <= end) {
      const auto x = take_first();
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
  /// A heap with four branches: half as deep as one with two, and the four lie side by side in memory.
  static constexpr std::size_t branches = 4;

  static bool earlier(const event& a, const event& b) noexcept {
    return a.when != b.when ? a.when < b.when : a.sequence < b.sequence;
  }
  void rise(std::size_t place) noexcept {
    const auto x = events_[place];
    while (place > 0 && earlier(x, events_[(place - 1) / branches])) {
      events_[place] = events_[(place - 1) / branches];
      place = (place - 1) / branches;
    }
    events_[place] = x;
  }
  event take_first() noexcept {
    const auto first = events_.front();
    const auto x = events_.back();
    events_.pop_back();
    if (events_.empty())
      return first;
    std::size_t place = 0;
    for (auto child = place * branches + 1; child < events_.size(); child = place * branches + 1) {
      const auto end = std::min(child + branches, events_.size());
      auto least = child;
      for (auto i = child + 1; i < end; ++i)
        if (earlier(events_[i], events_[least]))
          least = i;
      if (!earlier(events_[least], x))
        break;
      events_[place] = events_[least];
      place = least;
    }
    events_[place] = x;
    return first;
  }

  std::vector<event> events_; ///< the first one first, else a heap
  instant now_{0};
  std::uint64_t next_ = 0;
};

} // namespace sluice::sim
