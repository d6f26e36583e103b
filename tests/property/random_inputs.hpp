// Random inputs of the control law's property tests: dice, claims, terms. A seed is an input, on every machine; no
// checks.
#pragma once

#include "actors/domain/objective.hpp"
#include "actors/domain/water_filling.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <span>
#include <utility>
#include <vector>

namespace sluice::random_inputs {

inline constexpr std::uint64_t runs = 10'000; ///< inputs of each property
inline constexpr double infinite = std::numeric_limits<double>::infinity();
/// Doubles that no caller should give.
inline constexpr double odd[] = {
    0, -1, 1, 1e300, infinite, -infinite, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::min()};

/// Seeded chance. The standard's distributions are not the same everywhere, the engine is.
class dice {
public:
  explicit dice(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t any() {
    return engine_();
  }
  /// From 0 to n - 1.
  template<class T = std::uint64_t>
  T below(std::uint64_t n) {
    return static_cast<T>(engine_() % n);
  }
  bool one_in(std::uint64_t n) {
    return below(n) == 0;
  }
  double between(double low, double high) {
    return low + (high - low) * static_cast<double>(engine_() >> 11) * 0x1.0p-53;
  }
  double any_odd() {
    return odd[below(std::size(odd))];
  }
  template<class T>
  void shuffle(std::vector<T>& xs) {
    for (auto i = xs.size(); i > 1; --i)
      std::swap(xs[i - 1], xs[below(i)]);
  }

private:
  std::mt19937_64 engine_;
};

inline std::vector<claim> some_claims(dice& d, std::uint64_t most) {
  std::vector<claim> result(1 + d.below(most));
  for (auto& x : result) {
    x.floor = d.one_in(3) ? 0 : d.between(0, 2000);
    x.ceiling = d.one_in(3) ? infinite : x.floor + d.between(0, 5000);
    x.weight = d.between(0.5, 10);
  }
  return result;
}

/// Terms that pass the check of an agreement.
inline objective some_objective(dice& d) {
  objective x;
  x.reservation = {d.one_in(3) ? 0 : d.below(3000)};
  if (d.one_in(2))
    x.limit.iops = {x.reservation.per_second + 1 + d.below(4000)};
  x.weight = 1 + d.below<std::uint32_t>(d.one_in(2) ? 10 : 1000);
  x.tier = static_cast<tier>(d.below(4));
  if (d.one_in(2))
    x.latency = {{static_cast<latency_statistic>(d.below(6)), duration{1 + d.below<std::int64_t>(50'000'000)},
                  rate{d.below(4000)}}};
  return x;
}

inline double sum(std::span<const double> xs) {
  return std::accumulate(xs.begin(), xs.end(), 0.0);
}

/// Equal but for rounding.
inline bool near(double a, double b) {
  return std::abs(a - b) <= 1e-6 * std::max({1.0, std::abs(a), std::abs(b)});
}

} // namespace sluice::random_inputs
