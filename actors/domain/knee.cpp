// Bins of in flight.
#include "actors/domain/knee.hpp"

#include <algorithm>
#include <cmath>

namespace sluice {

namespace {

constexpr double settled = 10;   ///< observations of a bin that are averaged
constexpr double trusted = 5;    ///< observations before a bin counts
constexpr double well_above = 2; ///< the knee is one only if so many times as much in flight was seen

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
  const auto place = static_cast<std::size_t>(std::min(std::log2(in_flight), 15.99) * bins_per_double);
  auto& x = bins_[std::min(place, bin_count - 1)];
  if (now - x.seen > memory)
    x.weight = 0;
  x.weight = std::min(x.weight + 1, settled);
  x.rate += (delivered - x.rate) / x.weight;
  x.seen = now;
}

double knee_estimate::latency(instant now) const noexcept {
  double most = 0;
  std::size_t highest = 0;
  for (std::size_t i = 0; i < bin_count; ++i)
    if (known(bins_[i], now)) {
      most = std::max(most, bins_[i].rate);
      highest = i;
    }
  for (std::size_t i = 0; i < bin_count && most > 0; ++i)
    if (known(bins_[i], now) && bins_[i].rate >= enough * most)
      return upper_edge(highest) >= well_above * upper_edge(i) ? upper_edge(i) / most : 0;
  return 0;
}

} // namespace sluice
