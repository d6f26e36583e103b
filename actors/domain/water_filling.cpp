// Weighted max-min by sweeping the level over the points where a claim leaves its floor or reaches its ceiling.
#include "actors/domain/water_filling.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace sluice {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// Floors and weights are cut here so that no sum or quotient of them overflows. Chosen: above any rate there is.
constexpr double largest = 1e12;

double sane(double x) {
  return std::isnan(x) || x < 0 ? 0 : x;
}

claim sane(const claim& x) {
  claim result;
  result.floor = std::min(sane(x.floor), largest);
  result.ceiling = std::max(sane(x.ceiling), result.floor);
  result.weight = x.weight >= 1 / largest ? std::min(x.weight, largest) : 0;
  return result;
}

void find_bends(std::span<const claim> claims, std::vector<bend>& result) {
  result.clear();
  result.reserve(2 * claims.size());
  for (const auto& x : claims) {
    if (x.weight <= 0 || x.ceiling <= x.floor)
      continue;
    result.push_back({x.floor / x.weight, x.weight});
    if (std::isfinite(x.ceiling))
      result.push_back({x.ceiling / x.weight, -x.weight});
  }
  std::sort(result.begin(), result.end(), [](const bend& a, const bend& b) {
    return a.level < b.level;
  });
}

/// The level at which the total has grown by `spare` above the sum of the floors.
double level_for(double spare, std::span<const bend> bends) {
  double level = 0;
  double slope = 0;
  std::size_t rising = 0; // claims between floor and ceiling; the slope alone would suffer from rounding
  for (const auto& x : bends) {
    if (rising > 0) {
      const auto grown = slope * (x.level - level);
      if (grown >= spare)
        return level + spare / slope;
      spare -= grown;
    }
    level = x.level;
    slope += x.slope;
    if (x.slope > 0)
      ++rising;
    else
      --rising;
    if (rising == 0)
      slope = 0;
  }
  return rising > 0 ? level + spare / slope : infinite;
}

} // namespace

double water_fill(std::span<const claim> claims, double amount, std::span<double> parts, filling_scratch& scratch) {
  auto& wanted = scratch.claims;
  wanted.clear();
  wanted.reserve(claims.size());
  double floors = 0;
  for (const auto& x : claims) {
    wanted.push_back(sane(x));
    floors += wanted.back().floor;
  }
  find_bends(wanted, scratch.bends);
  const auto level = level_for(std::max(sane(amount) - floors, 0.0), scratch.bends);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto& x = wanted[i];
    const auto share = x.weight > 0 ? level * x.weight : 0;
    parts[i] = std::clamp(share, x.floor, x.ceiling);
  }
  return level;
}

filling water_fill(std::span<const claim> claims, double amount) {
  filling_scratch scratch;
  filling result;
  result.parts.resize(claims.size());
  result.level = water_fill(claims, amount, result.parts, scratch);
  return result;
}

} // namespace sluice
