// Estimates capacity.
#include "actors/domain/capacity.hpp"

#include <algorithm>
#include <cmath>

namespace sluice {

namespace {

/// Per tick; control.md's starting point.
constexpr double gain_rising = 0.5;
constexpr double gain_falling = 0.3;
/// The trim's step and range. Chosen: with a delay of 3 ticks an integrator of gain 0.1 is far from ringing.
constexpr double trim_gain = 0.1;
constexpr double trim_step_down = -0.2;
constexpr double trim_step_up = 0.05;
constexpr double trim_least = 0.4;
constexpr double trim_most = 1.5;
/// One sampling interval, two ticks and the way there and back.
constexpr duration settling = std::chrono::milliseconds{400};

} // namespace

void capacity_estimate::observe(double delivered, bool saturated) noexcept {
  if (!std::isfinite(delivered) || delivered < 0)
    return;
  if (delivered > rate)
    rate += (rate <= 0 ? 1 : gain_rising) * (delivered - rate);
  else if (saturated)
    rate += gain_falling * (delivered - rate);
}

void capacity_estimate::correct(double danger, bool by_rate, instant now) noexcept {
  if (!std::isfinite(danger) || now < trim_after)
    return;
  const auto step = std::clamp(trim_gain * (1 - danger), trim_step_down, trim_step_up);
  trim = std::clamp(trim * (1 + step), trim_least, by_rate ? 1 : trim_most);
}

void capacity_estimate::rest(instant now) noexcept {
  trim_after = now + settling;
}

bool deficit_watch::observe(bool lacking, instant now, const control_policy& policy) noexcept {
  if (lacking == declared) {
    leaning = false;
    return false;
  }
  if (!leaning) {
    leaning = true;
    since = now;
  }
  if (now - since < (declared ? policy.deficit_over : policy.deficit_after))
    return false;
  declared = lacking;
  leaning = false;
  return true;
}

} // namespace sluice
