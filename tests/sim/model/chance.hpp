// Chance, one generator per entity: what one of them draws does not shift what the others do. Same numbers on every
// machine: neither the standard library's distributions nor libm take part.
#pragma once

#include "actors/domain/units.hpp"

#include <cstdint>

namespace sluice::sim {

/// Parts per million, the unit of every share, so that nothing is rounded differently elsewhere.
using ppm = std::int64_t;
inline constexpr ppm whole = 1'000'000;

/// A share of a length of time; exact for up to 100 days.
[[nodiscard]] constexpr duration scaled(duration x, ppm share) noexcept {
  return duration{x.count() / whole * share + x.count() % whole * share / whole};
}

/// -ln(1 - x / 2^64) in 2^-32: how long, in mean lengths, one waits for something that comes by chance. By the series
/// of ln((1 + z) / (1 - z)) in integers; the error is below 2^-28.
[[nodiscard]] std::uint64_t exponential_of(std::uint64_t x) noexcept;

/// A generator after Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014.
class chance {
public:
  /// @param entity whose chance it is
  chance(std::uint64_t seed, std::uint64_t entity) noexcept
      : state_(mixed(seed * 0x9e3779b97f4a7c15ull) ^ mixed(entity * 0xd1342543de82ef95ull + 1)) {}

  [[nodiscard]] std::uint64_t next() noexcept {
    state_ += 0x9e3779b97f4a7c15ull;
    return mixed(state_);
  }
  /// Uniform in [0, bound). @pre bound > 0
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) noexcept {
    __extension__ using wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<wide>(next()) * bound) >> 64);
  }
  /// Uniform in [low, high].
  [[nodiscard]] std::int64_t between(std::int64_t low, std::int64_t high) noexcept {
    return high <= low ? low : low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  [[nodiscard]] duration between(duration low, duration high) noexcept {
    return duration{between(low.count(), high.count())};
  }
  /// True with this probability.
  [[nodiscard]] bool happens(ppm share) noexcept {
    return share > 0 && below(whole) < static_cast<std::uint64_t>(share);
  }
  /// Exponentially distributed around `mean`, which is at most an hour.
  [[nodiscard]] duration exponential(duration mean) noexcept {
    __extension__ using wide = unsigned __int128;
    return duration{static_cast<std::int64_t>(
        (static_cast<wide>(exponential_of(next())) * static_cast<std::uint64_t>(mean.count())) >> 32)};
  }

private:
  static constexpr std::uint64_t mixed(std::uint64_t x) noexcept {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
    return x ^ (x >> 31);
  }
  std::uint64_t state_;
};

} // namespace sluice::sim
