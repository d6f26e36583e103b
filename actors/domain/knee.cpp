// Bins of in flight.
#include "actors/domain/knee.hpp"

#include <algorithm>
#include <cmath>

namespace sluice {

namespace {

constexpr double settled = 10;     ///< observations of a bin that are averaged
constexpr double trusted = 5;      ///< observations before a bin counts
constexpr double near_most = 0.7;  ///< of the latency allowed: more will not be seen
constexpr double above_knee = 1.3; ///< chosen: in flight scatters by a quarter from tick to tick
constexpr double look_below = 0.75;
constexpr double well_above = 2; ///< the knee is one only if so many times as much in flight was seen
constexpr double alike =
    1.15; ///< chosen: a device that varies by a tenth stays below, a queue of half as many again does not
constexpr double half_again = 1.5;
constexpr double quick = 0.5;
constexpr double slower = 0.8; ///< a device that varies by a tenth is no slower one
constexpr double doubted = 4;  ///< observations: in three ticks a bin is unknown, one stalled tick does not make it so
constexpr double enough_lately = 3; ///< observations: a queue that is not there must be noticed before a deficit is

} // namespace

double knee_estimate::upper_edge(std::size_t bin) noexcept {
  return std::exp2(static_cast<double>(bin + 1) / bins_per_double);
}

bool knee_estimate::known(const bin& x, instant now) const noexcept {
  return x.weight >= trusted && now - x.seen <= memory;
}

void knee_estimate::observe(double in_flight, double delivered, instant now) noexcept {
  if (!std::isfinite(in_flight) || in_flight < 1 || !std::isfinite(delivered) || delivered <= 0)
    return;
  doubt_faster(in_flight, delivered);
  const auto place = static_cast<std::size_t>(std::min(std::log2(in_flight), 15.99) * bins_per_double);
  auto& x = bins_[std::min(place, bin_count - 1)];
  if (now - x.seen > memory)
    x.weight = 0;
  x.weight = std::min(x.weight + 1, settled);
  x.rate += (delivered - x.rate) / x.weight;
  x.in_flight += (in_flight - x.in_flight) / x.weight;
  // Quick: when the device changes its speed, what is in flight changes some ticks later, and until then this forgets.
  x.latency += std::max(1 / x.weight, quick) * (in_flight / delivered - x.latency);
  x.seen = now;
}

/// More in flight gives no less: where as much or less gave more, that was a faster device, and so is all else that was
/// as fast.
void knee_estimate::doubt_faster(double in_flight, double delivered) noexcept {
  const auto faster = [delivered](const bin& x) {
    return x.weight > 0 && slower * x.rate > delivered;
  };
  if (std::none_of(bins_.begin(), bins_.end(), [&](const bin& x) {
        return faster(x) && x.in_flight <= in_flight;
      }))
    return;
  for (auto& x : bins_)
    if (faster(x))
      x.weight = std::max(x.weight - doubted, 0.0);
}

knee_estimate::summary knee_estimate::sum_up(instant now) const noexcept {
  summary result;
  for (std::size_t i = 0; i < bin_count; ++i)
    if (known(bins_[i], now)) {
      result.most = std::max(result.most, bins_[i].rate);
      result.highest = i;
    }
  while (result.lowest < result.highest
         && !(known(bins_[result.lowest], now) && bins_[result.lowest].rate >= enough * result.most))
    ++result.lowest;
  return result;
}

double knee_estimate::flat_latency(instant now) const noexcept {
  const bin* lowest = nullptr;
  double least = 0;
  double alike_above = 0; // observations at half as many again or more
  for (const auto& x : bins_) {
    if (x.weight <= 0 || now - x.seen > lately)
      continue;
    if (lowest == nullptr && x.weight >= enough_lately)
      lowest = &x;
    if (lowest == nullptr || x.latency > alike * lowest->latency)
      continue;
    least = least > 0 ? std::min(least, x.latency) : x.latency;
    if (x.in_flight >= half_again * lowest->in_flight)
      alike_above += x.weight;
  }
  return alike_above >= enough_lately ? least : 0;
}

double knee_estimate::wanted_aim(instant now, double least, double most) const noexcept {
  const auto seen = sum_up(now);
  if (!(seen.most > 0))
    return most;
  const auto knee = upper_edge(seen.lowest) / seen.most;
  const auto top = upper_edge(seen.highest) / seen.most;
  if (top < well_above * knee && top < near_most * most)
    return most;
  const auto below = seen.lowest > 0 && known(bins_[seen.lowest - 1], now);
  return std::clamp((below ? above_knee : look_below) * knee, std::min(least, most), most);
}

} // namespace sluice
