// The clock of a simulated run: events in order of (time, sequence). Knows nothing of storage.
#pragma once

#include "actors/domain/units.hpp"

#include <cstdint>
#include <functional>
#include <queue>
#include <random>
#include <vector>

namespace sluice::sim {

/// Runs actions in the order of their time; of two at the same time the one that was scheduled first. One thread.
class simulation {
public:
  [[nodiscard]] instant now() const noexcept {
    return now_;
  }
  void at(instant when, std::function<void()> action) {
    events_.push({std::max(when, now_), next_++, std::move(action)});
  }
  void after(duration delay, std::function<void()> action) {
    at(now_ + delay, std::move(action));
  }
  void run_until(instant end) {
    while (!events_.empty() && events_.top().when <= end) {
      auto action = std::move(const_cast<event&>(events_.top()).action); // moved from, then popped: order is by time
      now_ = events_.top().when;
      events_.pop();
      action();
    }
    now_ = end;
  }

private:
  struct event {
    instant when;
    std::uint64_t sequence;
    std::function<void()> action;
    bool operator<(const event& other) const noexcept {
      return when != other.when ? when > other.when : sequence > other.sequence;
    }
  };
  std::priority_queue<event> events_;
  instant now_{0};
  std::uint64_t next_ = 0;
};

/// Chance, one generator per entity: what one of them draws does not shift what the others do. Own distributions: those
/// of the standard library differ between implementations.
class chance {
public:
  chance(std::uint64_t seed, std::uint64_t entity)
      : engine_(seed * 0x9e3779b97f4a7c15ull + entity * 0xbf58476d1ce4e5b9ull) {}
  /// Uniform in [0, 1).
  double uniform() {
    return static_cast<double>(engine_() >> 11) * 0x1.0p-53;
  }
  double between(double low, double high) {
    return low + (high - low) * uniform();
  }
  duration between(duration low, duration high) {
    return low + duration{static_cast<std::int64_t>(static_cast<double>((high - low).count()) * uniform())};
  }
  /// Exponentially distributed around `mean`.
  duration exponential(duration mean);

private:
  std::mt19937_64 engine_;
};

} // namespace sluice::sim
