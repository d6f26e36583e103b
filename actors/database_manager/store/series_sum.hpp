// Adds rows of any length up to the parts of a series: counters, and histograms from which the percentiles of any part
// are those of its requests. Pure; knows no table.
#pragma once

#include "actors/domain/histogram.hpp"
#include "actors/domain/history_answer.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace sluice::store {

/// A histogram as it is stored, added up: 64 bits a bucket, as a month of many streams needs.
class histogram_sum {
public:
  /// Adds the text of an integer[], one cell `bucket * 2^23 + requests` per bucket; false, and the cells before the bad
  /// one added, if it is none.
  bool add(std::string_view cells) noexcept;

  [[nodiscard]] std::uint64_t count() const noexcept {
    return count_;
  }
  /// The upper edge of the bucket that holds the quantile, as latency_histogram::quantile().
  [[nodiscard]] duration quantile(double q) const noexcept;

private:
  std::array<std::uint64_t, latency_histogram::bucket_count> buckets_{};
  std::uint64_t count_ = 0;
};

/// One stored row, as its table has it.
struct series_row {
  wall_time at;
  std::uint32_t seconds = 0;
  std::uint64_t completions = 0;
  std::uint64_t errors = 0;
  std::uint64_t read_bytes = 0;
  std::uint64_t write_bytes = 0;
  std::int64_t interval_ns = 0;
  std::int64_t limited_by_rate_ns = 0;
  std::int64_t limited_by_depth_ns = 0;
  std::int64_t backend_latency_sum_ns = 0;
  std::int64_t total_latency_sum_ns = 0;
  std::uint64_t backend_requests = 0; ///< in the histogram of the backend
  std::string_view total_latency;     ///< cells
};

/// Requests in a stored histogram; 0 for what is none.
[[nodiscard]] std::uint64_t requests_in(std::string_view cells) noexcept;

/// The parts of [from, to), each `length` long. Rows may come in any order.
class series_sum {
public:
  /// @pre 0 < length, from <= to, at most max_history_points parts
  series_sum(wall_time from, wall_time to, duration length);

  /// Adds a row to the part in which it begins; what is outside is left out.
  void add(const series_row& x);

  /// The parts that have a row.
  [[nodiscard]] std::vector<series_point> points() const;

private:
  struct part {
    series_point sum;
    std::uint64_t backend_requests = 0;
    std::uint64_t backend_ns = 0;
    std::uint64_t total_ns = 0;
    histogram_sum total;
    bool used = false;
  };
  wall_time from_;
  std::int64_t length_us_;
  std::vector<part> parts_;
};

/// How a series is to be read.
struct resolution {
  enum class table : std::uint8_t { samples, minutes, hours };
  table source = table::samples;
  duration length{0}; ///< of a part
};

[[nodiscard]] std::string_view to_string(resolution::table x) noexcept;

/// The finest resolution with at most `points` parts in [from, to): single seconds; else 1, 2, 5, 10, 15 or 30 minutes
/// from minutes; else 1, 2, 3, 6, 12 or more hours from hours. What is no longer kept is read from a coarser table.
/// @param samples_from, minutes_from since when the tables hold rows
[[nodiscard]] resolution resolution_for(wall_time from, wall_time to, std::uint32_t points, wall_time samples_from,
                                        wall_time minutes_from) noexcept;

} // namespace sluice::store
