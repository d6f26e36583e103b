// When the next tick is due, and what became of those that could not be kept. Pure: the time is handed in.
#pragma once

#include "actors/domain/units.hpp"

#include <cstdint>

namespace sluice {

/// Ticks lie on a grid from the first one on. One that is late does not shift the others, and ticks that are missed
/// altogether are skipped, never made up for: a plan of now is worth more than two of before.
class tick_schedule {
public:
  explicit tick_schedule(duration period) noexcept : period_(period) {}

  struct punctuality {
    duration late{0};          ///< behind its place on the grid
    std::uint64_t skipped = 0; ///< ticks since the last one that did not take place
  };

  /// A tick begins.
  punctuality begin(instant now) noexcept {
    if (next_ == instant::zero())
      next_ = now;
    punctuality result;
    result.late = now > next_ ? now - next_ : duration::zero();
    result.skipped = static_cast<std::uint64_t>(result.late / period_);
    next_ += period_ * static_cast<duration::rep>(result.skipped + 1);
    return result;
  }

  /// How long to wait for the next one; zero if it is due.
  [[nodiscard]] duration wait(instant now) const noexcept {
    return next_ > now ? next_ - now : duration::zero();
  }

private:
  duration period_;
  instant next_{0};
};

} // namespace sluice
