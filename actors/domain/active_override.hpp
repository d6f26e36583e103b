// An operator's order with its end on the monotonic clock: a step of the wall clock changes nothing (invariant 8).
#pragma once

#include "actors/domain/agreement.hpp"
#include "actors/domain/shared_text.hpp"

#include <optional>

namespace sluice {

struct active_override {
  override_order order;
  shared_text who;    ///< of the order, as throttles name it
  instant expires{0}; ///< zero = when it is taken back
  [[nodiscard]] bool holds(instant now) const noexcept {
    return expires == instant::zero() || now < expires;
  }
};

/// Fixes the end of an order that was received now. Nothing if it has ended already.
[[nodiscard]] std::optional<active_override> activate(const override_order& x, wall_time label, instant now);

} // namespace sluice
