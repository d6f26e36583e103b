// Varies what entities get, a little and for a short time, so that what their requests cost can be learnt. Pure.
#pragma once

#include "actors/domain/cost.hpp"
#include "actors/domain/entity.hpp"

#include <cstdint>
#include <span>

namespace sluice {

/// What a request costs a backend is seen only in how the total changes with the mixture. When several that do
/// different things begin to wait for it, their weights are varied for some seconds: each one's by its own pattern of
/// signs, a step and then its opposite, so that nobody gains by it and they can be told apart. It ends when costs are
/// known, or after 3.2 s. Promises are floors of the division, and stay as they are.
class cost_trial {
public:
  /// Sets `tilt` of all entities, once per tick. @param allowed the backend is full, and nothing else is at stake
  void vary(std::span<entity> entities, const cost_calibration& costs, bool allowed) noexcept;

private:
  void tilt(std::span<entity> entities, std::uint32_t pair, bool opposite) const noexcept;

  std::uint32_t ticks_ = 0;
  double size_ = 0; ///< of the present pair of steps
};

} // namespace sluice
