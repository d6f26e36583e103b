// Estimates capacity.
#include "actors/domain/capacity.hpp"

#include <algorithm>
#include <cmath>

namespace sluice {

namespace {

/// Per tick; control.md's starting point.
constexpr double gain_rising = 0.5;
constexpr double gain_falling = 0.3;
/// Beyond what was proven: per tick on a full backend, and on one that is not (a rate out of a cache keeps little in
/// flight). Chosen: a capacity that doubles for good is found in four seconds, a burst of half a second adds a tenth.
constexpr double growth_full = 1.02;
constexpr double growth_idle = 1.005;
/// While there is nothing to compare with, what is delivered is believed.
constexpr std::uint32_t full_ticks_to_learn = 20;
/// Forgetting per tick with samples: what was proven, to half in ten minutes; what was only seen, to half in a minute,
/// but not below what was proven.
constexpr double forget_proven = 0.9999;
constexpr double forget_seen = 0.999;
/// The trim's step and range. Chosen: with a delay of 3 ticks an integrator of gain 0.1 is far from ringing.
constexpr double trim_gain = 0.1;
constexpr double trim_step_down = -0.2;
constexpr double trim_step_up = 0.05;
constexpr double trim_step_back = 0.25;
constexpr double queue_gone = 0.6;
constexpr double trim_least = 0.4;
constexpr double trim_most = 1.5;
/// One sampling interval, two ticks and the way there and back.
constexpr duration settling = std::chrono::milliseconds{400};

} // namespace

void capacity_estimate::observe(double delivered, bool saturated) noexcept {
  if (!std::isfinite(delivered) || delivered < 0)
    return;
  last_[next_] = delivered;
  next_ = static_cast<std::uint8_t>((next_ + 1) % last_.size());
  full_ticks_ += saturated && full_ticks_ < full_ticks_to_learn ? 1 : 0;
  proven *= forget_proven;
  // One interval's figure scatters, and requests that were late come in the next one.
  const auto steady = *std::min_element(last_.begin(), last_.end());
  if (delivered > rate)
    raise(delivered, saturated);
  else if (saturated)
    rate += gain_falling * (delivered - rate);
  else if (rate > proven && proven > 0)
    rate = std::max({rate * forget_seen, proven, delivered});
  if (saturated)
    proven = std::max(proven, std::min(steady, rate));
}

void capacity_estimate::raise(double delivered, bool saturated) noexcept {
  const auto wanted = rate + (rate <= 0 ? 1 : gain_rising) * (delivered - rate);
  const auto growth = saturated ? growth_full : growth_idle;
  const auto learning = full_ticks_ < full_ticks_to_learn;
  rate = learning ? wanted : std::min(wanted, std::max(proven, rate) * growth);
}

void capacity_estimate::probe() noexcept {
  rate *= growth_full;
}

void capacity_estimate::correct(double danger, bool by_rate, instant now) noexcept {
  if (!std::isfinite(danger) || now < trim_after)
    return;
  // Where rates hold the queue the trim lowers them, and what was lowered for a queue that is gone leaves the backend
  // idle.
  const auto up = by_rate && danger < queue_gone ? trim_step_back : trim_step_up;
  const auto step = std::clamp(trim_gain * (1 - danger) * up / trim_step_up, trim_step_down, up);
  trim = std::clamp(trim * (1 + step), trim_least, by_rate ? 1 : trim_most);
}

void capacity_estimate::rescale(double factor) noexcept {
  rate *= factor;
  proven *= factor;
  for (auto& x : last_)
    x *= factor;
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
