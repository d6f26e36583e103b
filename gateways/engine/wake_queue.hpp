// Which stream must be looked at when: a binary heap in which a member can move. Pure.
#pragma once

#include "actors/domain/units.hpp"

#include <cstddef>
#include <vector>

namespace sluice::gateway {

/// Base of what can wait in a wake_queue.
class wakeable {
public:
  virtual ~wakeable() = default;

  /// It is due. Returns the time after what was done; afterwards it is due later or not in the queue.
  virtual instant wake(instant now) {
    return now;
  }

  [[nodiscard]] instant due() const {
    return due_;
  }

private:
  friend class wake_queue;
  static constexpr std::size_t nowhere = ~std::size_t{0};
  instant due_{0};
  std::size_t place_ = nowhere;
};

/// Bounded by the number of members, each of which is in it at most once.
class wake_queue {
public:
  /// Puts `x` in, or moves it.
  void set(wakeable& x, instant due);

  /// Takes `x` out if it is in.
  void remove(wakeable& x);

  /// The one that is due first; nullptr if nobody waits.
  [[nodiscard]] wakeable* first() const {
    return heap_.empty() ? nullptr : heap_.front();
  }

private:
  void put(std::size_t place, wakeable& x);
  void sift_up(std::size_t place);
  void sift_down(std::size_t place);

  std::vector<wakeable*> heap_;
};

} // namespace sluice::gateway
