// What may be limited, for one stream or for several together, and what a request costs under it. Plain values.
#pragma once

#include "actors/domain/throttle.hpp"
#include "actors/domain/units.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace sluice::gateway {

/// A request as limits see it.
struct io_demand {
  bool write = false;      ///< everything that may write: flushes, trims and zeroes too
  std::uint32_t bytes = 0; ///< that the storage reads or writes; none for flushes, trims and holes
};

/// One point of a cost curve: a request of so many bytes costs so many thousandths of an I/O.
struct cost_point {
  std::uint32_t bytes = 0;
  std::uint32_t milli_io = 0;
  friend auto operator<=>(const cost_point&, const cost_point&) = default;
};

/// The cost of a request by size and operation, in thousandths of a normalised I/O. Straight lines between the points,
/// the first one's cost below it, the last line's slope above the last one (one point alone: in proportion). Without
/// points every request costs one I/O.
class cost_curve {
public:
  /// Chosen: measured curves have a flat part, a bend and a slope.
  static constexpr std::size_t max_points = 8;

  std::array<cost_point, max_points> points{}; ///< by rising bytes, and costs that do not fall
  std::uint32_t count = 0;                     ///< of the points in use
  std::uint32_t write_percent = 100;           ///< a write costs so much of what a read of its size costs

  /// The most that a request costs, a thousand million I/O. Chosen: keeps all arithmetic with costs in range.
  static constexpr std::uint64_t max_cost = std::uint64_t{1} << 40;

  /// 1 to max_cost.
  [[nodiscard]] constexpr std::uint64_t milli_io(const io_demand& x) const {
    const auto cost = count == 0 ? one_io : std::min(of_size(x.bytes), max_cost);
    return std::clamp<std::uint64_t>(x.write && write_percent != 100 ? cost * write_percent / 100 : cost, 1, max_cost);
  }

  friend auto operator<=>(const cost_curve&, const cost_curve&) = default;

  static constexpr std::uint64_t one_io = 1000;

private:
  [[nodiscard]] constexpr std::uint64_t of_size(std::uint64_t bytes) const {
    const auto& first = points[0];
    if (bytes <= first.bytes)
      return first.milli_io;
    if (count == 1)
      return first.milli_io * bytes / first.bytes;
    std::size_t i = 1;
    while (i + 1 < count && points[i].bytes < bytes)
      ++i;
    const auto& a = points[i - 1];
    const auto& b = points[i];
    return a.milli_io + (bytes - a.bytes) * (b.milli_io - a.milli_io) / (b.bytes - a.bytes);
  }
};

/// Limits that hold together. Zero is "no limit" everywhere.
struct io_limits {
  rate iops;                ///< normalised I/O per second
  rate bandwidth;           ///< bytes per second
  rate burst_iops;          ///< the faster rates after idling; 0 = none
  rate burst_bandwidth;     ///< likewise
  duration burst_length{0}; ///< how long they may last from a full credit
  std::uint32_t depth = 0;  ///< requests at the backend at once
  cost_curve cost;

  [[nodiscard]] constexpr bool unlimited() const noexcept {
    return iops.unlimited() && bandwidth.unlimited() && depth == 0;
  }
  friend auto operator<=>(const io_limits&, const io_limits&) = default;
};

/// What a throttle or a static limit allows a stream, as limits.
[[nodiscard]] io_limits limits_of(const allowance& x, const cost_curve& cost = {});

/// Empty, or the sentence that says what makes no sense. The ranges are those of the domain's throttles.
[[nodiscard]] std::string problem_with(const io_limits& x);

} // namespace sluice::gateway
