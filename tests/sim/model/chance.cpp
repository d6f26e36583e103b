// The logarithm.
#include "tests/sim/model/chance.hpp"

#include <bit>

namespace sluice::sim {

std::uint64_t exponential_of(std::uint64_t x) noexcept {
  // y = 1 - x / 2^64 in (0, 1]: y = m * 2^-shift with m in [1/2, 1); -ln y = shift * ln 2 - ln m.
  const auto y = x == 0 ? ~std::uint64_t{0} : ~x + 1;
  const auto shift = std::countl_zero(y);
  const auto m = (y << shift) >> 32; // 2^-32, in [2^31, 2^32)
  // -ln m = 2 * (z + z^3/3 + z^5/5 + ...), z = (1 - m) / (1 + m) in [0, 1/3]
  constexpr std::uint64_t one = std::uint64_t{1} << 32;
  const auto z = ((one - m) << 31) / ((one + m) >> 1);
  const auto square = (z * z) >> 32;
  std::uint64_t sum = 0;
  auto power = z;
  for (std::uint64_t i = 1; i <= 19 && power != 0; i += 2) { // (1/3)^21 / 21 is below 2^-37
    sum += power / i;
    power = (power * square) >> 32;
  }
  constexpr std::uint64_t ln_2 = 2'977'044'472; // ln 2 * 2^32
  return static_cast<std::uint64_t>(shift) * ln_2 + 2 * sum;
}

} // namespace sluice::sim
