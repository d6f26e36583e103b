// Serves the tiers from the highest.
#include "actors/domain/entitlement.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace sluice {

namespace {

constexpr std::size_t tier_count = 4;

std::size_t row_of(tier x) noexcept {
  return std::min(static_cast<std::size_t>(x), tier_count - 1);
}

double sane(double x) {
  return std::isfinite(x) && x > 0 ? x : 0;
}

} // namespace

std::vector<double> entitlements(std::span<const need> needs, double capacity) {
  std::array<double, tier_count> asked{};
  for (const auto& x : needs)
    asked[row_of(x.tier)] += sane(x.rate);
  std::array<double, tier_count> met{};
  auto left = sane(capacity);
  for (auto row = tier_count; row-- > 0;) {
    met[row] = asked[row] <= left ? 1 : left / asked[row];
    left -= std::min(asked[row], left);
  }
  std::vector<double> result;
  result.reserve(needs.size());
  for (const auto& x : needs)
    result.push_back(sane(x.rate) * met[row_of(x.tier)]);
  return result;
}

} // namespace sluice
