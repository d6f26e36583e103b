// Up to how much in flight a backend gives more: the knee of delivered rate over requests in flight. Pure.
#pragma once

#include "actors/domain/units.hpp"

#include <array>
#include <cstddef>

namespace sluice {

/// What was delivered at how much in flight, in bins of a quarter of a power of two. Bins forget: what was not seen for
/// `memory` is unknown again, so a backend that changed is found out.
class knee_estimate {
public:
  /// @param in_flight mean over the last tick @param delivered in that time [units per second]
  void observe(double in_flight, double delivered, instant now) noexcept;

  /// The latency to aim at now [s], from `least` to `most`: a little above the knee, which by Little's law is the least
  /// in flight that gives `enough` of the most, divided by what it gives. Where nothing was seen well above it, so that
  /// it cannot be told that more gives no more, it is looked for: from the top, because only there it shows what the
  /// backend can give, down to where it gives less.
  [[nodiscard]] double wanted_aim(instant now, double least, double most) const noexcept;

  /// The latency of the device itself [s]: what was seen alike at one number in flight and at half as many again or
  /// more, whichever numbers those were, in the last seconds. Fewer requests in flight would not shorten it. 0 =
  /// nothing of the kind was seen.
  [[nodiscard]] double flat_latency(instant now) const noexcept;

  static constexpr duration memory = std::chrono::minutes{2};
  static constexpr duration lately = std::chrono::seconds{10}; ///< for flat_latency: devices change
  static constexpr double enough = 0.98;

private:
  struct bin {
    double rate = 0;
    double in_flight = 0;
    double latency = 0; ///< of the last ticks alone [s]
    double weight = 0;  ///< observations, at most `settled`
    instant seen{0};
  };
  static constexpr std::size_t bins_per_double = 4;
  static constexpr std::size_t bin_count = 16 * bins_per_double; ///< 1 to 65,536 in flight
  struct summary {
    double most = 0;         ///< delivered in any known bin
    std::size_t lowest = 0;  ///< the lowest bin that gives enough of it
    std::size_t highest = 0; ///< that is known
  };
  [[nodiscard]] summary sum_up(instant now) const noexcept;
  [[nodiscard]] static double upper_edge(std::size_t bin) noexcept;
  void doubt_faster(double in_flight, double delivered) noexcept;
  [[nodiscard]] bool known(const bin& x, instant now) const noexcept;

  std::array<bin, bin_count> bins_{};
};

} // namespace sluice
