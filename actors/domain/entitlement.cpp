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

void entitlements(std::span<const need> needs, double capacity, std::span<double> met) noexcept {
  std::array<double, tier_count> asked{};
  for (const auto& x : needs)
    asked[row_of(x.tier)] += sane(x.rate);
  std::array<double, tier_count> share{};
  auto left = sane(capacity);
  for (auto row = tier_count; row-- > 0;) {
    share[row] = asked[row] <= left ? 1 : left / asked[row];
    left -= std::min(asked[row], left);
  }
  for (std::size_t i = 0; i < needs.size(); ++i)
    met[i] = sane(needs[i].rate) * share[row_of(needs[i].tier)];
}

std::vector<double> entitlements(std::span<const need> needs, double capacity) {
  std::vector<double> result(needs.size());
  entitlements(needs, capacity, result);
  return result;
}

} // namespace sluice
