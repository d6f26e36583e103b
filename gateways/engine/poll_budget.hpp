// How long a shard looks for events before it sleeps, learned from how long it waited before. Pure.
#pragma once

#include "actors/domain/units.hpp"

#include <algorithm>

namespace sluice::gateway {

/// Waking a sleeping thread takes 10 to 30 us on a processor that went idle, as long as the whole service of a small
/// request. So whoever is asked again within that time looks for it; whoever waits longer sleeps at once, after one
/// look that was in vain. The rule is that of the kernel's halt polling.
class poll_budget {
public:
  /// @param most never looks for longer; 0 = always sleeps
  explicit poll_budget(duration most) : most_(most) {}

  /// How long the next wait may look before it sleeps.
  [[nodiscard]] duration now() const {
    return budget_;
  }

  /// A wait has ended with an event after so long, looking and sleeping together.
  void waited(duration x) {
    if (x > most_)
      budget_ = duration::zero();
    else if (x > budget_)
      budget_ = std::min(most_, 2 * x);
  }

private:
  duration most_;
  duration budget_{0};
};

} // namespace sluice::gateway
