// When to try again after a connection failed or broke. Pure: chance is handed in.
#pragma once

#include "actors/domain/units.hpp"

#include <algorithm>
#include <chrono>

namespace sluice::gateway {

/// Doubles from `shortest` to `longest`; each delay is drawn between half and all of that, so that gateways that lost
/// the same server do not come back in step.
class reconnect_delay {
public:
  static constexpr duration shortest = std::chrono::milliseconds{100};
  static constexpr duration longest = std::chrono::seconds{1};

  /// The delay before the next attempt. @param chance 0 to 1
  [[nodiscard]] duration next(double chance) noexcept {
    const auto span = span_;
    span_ = std::min(2 * span_, longest);
    const auto half = static_cast<double>(span.count()) / 2;
    return duration{static_cast<duration::rep>(half + half * std::clamp(chance, 0.0, 1.0))};
  }

  /// The connection stands.
  void reset() noexcept {
    span_ = shortest;
  }

private:
  duration span_ = shortest;
};

} // namespace sluice::gateway
