// The rounding, in three walks.
#include "actors/domain/steady_parts.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace sluice {

namespace {

constexpr double deepest = 65536; ///< as everywhere: far beyond what any client keeps outstanding

double sane(double x) noexcept {
  return std::isfinite(x) ? std::clamp(x, 0.0, deepest) : deepest;
}

} // namespace

void steady_parts(std::span<const double> parts, std::span<const std::uint32_t> before,
                  std::span<std::uint32_t> result) noexcept {
  double wanted = 0;
  double given = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    wanted += sane(parts[i]);
    result[i] = static_cast<std::uint32_t>(std::max(std::floor(sane(parts[i])), 1.0));
    given += result[i];
  }
  auto left = std::llround(std::max(wanted - given, 0.0));
  // Twice over all: whoever was rounded up before, then whoever was not. A part that is whole is not rounded up.
  for (const auto again : {true, false})
    for (std::size_t i = 0; i < parts.size() && left > 0; ++i) {
      const auto rounds = sane(parts[i]) > result[i];
      if (rounds && (before[i] == result[i] + 1) == again) {
        ++result[i];
        --left;
      }
    }
}

} // namespace sluice
