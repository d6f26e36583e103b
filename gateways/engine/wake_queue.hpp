// Which stream must be looked at when. Pure.
#pragma once

#include "actors/domain/units.hpp"
#include "gateways/throttle/movable_heap.hpp"

namespace sluice::gateway {

/// Base of what can wait in a wake_queue.
class wakeable : public heap_member {
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
  instant due_{0};
};

/// Bounded by the number of members, each of which is in it at most once.
class wake_queue {
public:
  /// Puts `x` in, or moves it.
  void set(wakeable& x, instant due) {
    x.due_ = due;
    if (x.in_heap())
      heap_.moved(x);
    else
      heap_.insert(x);
  }

  /// Takes `x` out if it is in.
  void remove(wakeable& x) {
    if (x.in_heap())
      heap_.remove(x);
  }

  /// The one that is due first; nullptr if nobody waits.
  [[nodiscard]] wakeable* first() const {
    return heap_.first();
  }

private:
  struct sooner {
    bool operator()(const wakeable& a, const wakeable& b) const {
      return a.due_ < b.due_;
    }
  };
  movable_heap<wakeable, sooner> heap_;
};

} // namespace sluice::gateway
