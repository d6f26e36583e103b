// What an objective comes to in figures for the control loop. Decides nothing.
#pragma once

#include "actors/domain/agreement.hpp"
#include "actors/domain/policy.hpp"

#include <limits>

namespace sluice {

/// The terms of an agreement, or of best effort, as numbers. Rates in I/O per second as promises count them (cost.hpp),
/// times in seconds.
struct promise {
  double hard = 0;        ///< up to this much was agreed: the reservation or the highest load of a latency point
  double rate = 0;        ///< up to this much is protected: that, or the floor that everybody gets
  double reservation = 0; ///< granted at any time
  double limit = std::numeric_limits<double>::infinity();
  double weight = 1;
  sluice::tier tier = sluice::tier::best_effort;
  double aim = 0;    ///< the mean backend latency aimed at now so that the latency points hold; 0 = none is promised
  double target = 0; ///< the target of the point that gave `aim`
};

/// A latency point without a highest load counts as promised up to the reservation, else up to the limit, for the
/// question how much is protected.
[[nodiscard]] promise promise_of(const objective& x, const control_policy& policy);

/// Best effort: weight 1 and the floor that everybody gets.
[[nodiscard]] promise best_effort_promise(const control_policy& policy) noexcept;

[[nodiscard]] constexpr double seconds(duration x) noexcept {
  return static_cast<double>(x.count()) / 1e9;
}

} // namespace sluice
