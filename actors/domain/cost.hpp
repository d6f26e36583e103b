// What an I/O costs a backend by operation and size, in normalised units, and how that is learnt from what the backend
// delivered. Knows no stream and no promise.
#pragma once

#include "actors/domain/sample.hpp"
#include "actors/domain/units.hpp"

#include <array>
#include <cstddef>

namespace sluice {

/// Completed work: counts and bytes, or rates of them. What is neither read nor write (a flush) counts as a read of no
/// bytes.
struct work {
  double reads = 0;
  double read_bytes = 0;
  double writes = 0;
  double write_bytes = 0;

  [[nodiscard]] constexpr double requests() const noexcept {
    return reads + writes;
  }
  /// Moves `share` of the way towards `to`.
  void approach(const work& to, double share) noexcept;
};

work& operator+=(work& to, const work& x) noexcept;
[[nodiscard]] work operator*(const work& x, double factor) noexcept;

/// The work of a sample. Exact: costs are straight lines, hence sums of counters are all they need.
[[nodiscard]] work work_of(const sample& x) noexcept;

/// Units are normalised I/O: 1.0 = a read of 4 KiB. A straight line for each operation: cost = per request + bytes *
/// per byte. The defaults hold until something was learnt; chosen: between a device that counts requests and one that
/// counts bytes.
struct cost_model {
  double per_read = 0.9;
  double per_read_byte = 0.1 / 4096;
  double per_write = 0.9;
  double per_write_byte = 0.1 / 4096;
};

[[nodiscard]] double cost_of(const cost_model& model, const work& x) noexcept;

/// Promises in IOPS are counted in the client's requests; one larger than this counts as several (ceil(size / unit)).
inline constexpr double promised_io_bytes = 16384;

/// I/Os as promises count them: reads and writes apart, the larger of the requests and the bytes in units of
/// `promised_io_bytes`. For requests of one size that are at most one unit or a multiple of it this is the sum of
/// ceil(size / unit); for a mixture it is at most that, in favour of who was promised something.
[[nodiscard]] double promised_ios(const work& x) noexcept;

/// Learns the cost model of a backend from the intervals in which it was saturated: then the time it took is
///   length = sum over (reads, read bytes, writes, write bytes) of count * time of each.
/// While the mixture is the usual one only the speed of the backend follows (all times by the same factor): a step of
/// capacity is no lesson about costs. When the mixture changes, recursive least squares in the form of a Kalman filter
/// learn how the times compare. Times stay non-negative and bounded, and so does the uncertainty: what is not seen for
/// long is learnt anew, but never forgotten further than the prior.
class cost_calibration {
public:
  /// @param done what the backend completed @param length in that time [s] @pre it was saturated, else nothing is
  /// learnt Nonsense changes nothing.
  void observe(const work& done, double length) noexcept;

  [[nodiscard]] cost_model model() const noexcept;

  /// How unsure it is what a request of `one` costs compared with one of `all`: the standard deviation of that ratio,
  /// as a share of it. Zero where nothing was learnt or both are mixed alike.
  [[nodiscard]] double doubt(const work& one, const work& all) const noexcept;

  /// Observations that counted.
  [[nodiscard]] std::uint64_t observed() const noexcept {
    return observed_;
  }

private:
  static constexpr std::size_t terms = 4; ///< a read, 64 KiB read, a write, 64 KiB written
  using row = std::array<double, terms>;

  void begin(const row& x, double length) noexcept;
  [[nodiscard]] bool is_usual(const row& x) const noexcept;
  void follow_speed(const row& x, double length) noexcept;
  void loosen() noexcept;
  void learn(const row& x, double length, double noise) noexcept;
  void keep_possible() noexcept;
  void rescale(double unit_before) noexcept;
  [[nodiscard]] double unit() const noexcept;

  row time_{};                           ///< of each term on the saturated backend [s]
  row usual_{};                          ///< the mixture of the last seconds [per second]
  std::array<row, terms> uncertainty_{}; ///< covariance of time_
  double scatter_ = 1;                   ///< how much further than expected observations are off (variance)
  std::uint64_t observed_ = 0;
};

} // namespace sluice
