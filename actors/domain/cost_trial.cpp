// The patterns, and when they are tried.
#include "actors/domain/cost_trial.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace sluice {

namespace {

constexpr std::uint32_t step = 4;     ///< ticks; less would drown in what is under way when a sample is taken
constexpr std::uint32_t patterns = 7; ///< of eight signs each: any two agree in half of them
constexpr std::uint32_t longest = 4;  ///< pairs of steps
constexpr double most_tilt = 0.8;     ///< of a weight
constexpr double all_but_nothing = 0.95;
constexpr double tilt_per_doubt = 100;  ///< most_tilt down to a doubt of 0.8 %
constexpr double doubt_to_begin = 0.03; ///< chosen: a new kind of client is below it only if it hardly differs
constexpr double doubt_to_end = 0.011;

/// How unsure it is what those who wait cost compared with each other.
double doubt_among(std::span<const entity> entities, const cost_calibration& costs) noexcept {
  work all;
  for (const auto& x : entities)
    if (x.hungry)
      all += x.done;
  double doubt = 0;
  for (const auto& x : entities)
    if (x.hungry)
      doubt = std::max(doubt, costs.doubt(x.done, all));
  return doubt;
}

} // namespace

void cost_trial::vary(std::span<entity> entities, const cost_calibration& costs, bool allowed) noexcept {
  std::uint32_t count = 0;
  for (auto& x : entities) {
    x.tilt = 1;
    count += x.hungry ? 1 : 0;
  }
  if (count < 2 || !allowed) {
    ticks_ = 0;
    return;
  }
  if (ticks_ % (2 * step) == 0) {
    const auto doubt = doubt_among(entities, costs);
    const auto goes_on = ticks_ == 0 ? doubt > doubt_to_begin : doubt > doubt_to_end && ticks_ < 2 * step * longest;
    size_ = std::min(tilt_per_doubt * doubt, most_tilt);
    if (!goes_on) {
      ticks_ = 0;
      return;
    }
  }
  tilt(entities, 1 + ticks_ / (2 * step) % patterns, ticks_ / step % 2 == 1);
  ++ticks_;
}

void cost_trial::tilt(std::span<entity> entities, std::uint32_t pair, bool opposite) const noexcept {
  double weights = 0;
  double mean = 0;
  std::uint32_t number = 0;
  for (auto& x : entities) {
    if (!x.hungry)
      continue;
    const auto pattern = 1 + number++ % patterns;
    x.tilt = (std::popcount(pattern & pair) % 2 == 1) != opposite ? 1 : -1;
    weights += x.promise.weight;
    mean += x.promise.weight * x.tilt;
  }
  // Relative to their mean, so that a step and its opposite are equally far from an even division.
  mean = weights > 0 ? mean / weights : 0;
  const auto size = std::min(size_, all_but_nothing / (1 + std::abs(mean)));
  for (auto& x : entities)
    if (x.hungry)
      x.tilt = 1 + size * (x.tilt - mean);
}

} // namespace sluice
