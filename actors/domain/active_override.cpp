// From a wall-clock end to a monotonic one.
#include "actors/domain/active_override.hpp"

#include <algorithm>

namespace sluice {

std::optional<active_override> activate(const override_order& x, wall_time label, instant now) {
  if (x.until.unix_us == 0)
    return active_override{x, shared_text{x.who}, instant::zero()};
  if (x.until <= label)
    return std::nullopt;
  // A century at most, so that no sum overflows.
  constexpr std::int64_t century_us = 100LL * 366 * 86'400 * 1'000'000;
  const auto from = std::max<std::int64_t>(label.unix_us, x.until.unix_us > 0 ? 0 : label.unix_us);
  const auto left = std::min(x.until.unix_us - from, century_us);
  return active_override{x, shared_text{x.who}, now + std::chrono::microseconds{left}};
}

} // namespace sluice
