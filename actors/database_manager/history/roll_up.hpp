// The rows of one stream added up over a minute or an hour. Pure; knows no table.
#pragma once

#include "actors/database_manager/store/packed_row.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace sluice::history {

/// Requests per bucket of latency_histogram [count].
using bucket_counts = std::array<std::uint32_t, latency_histogram::bucket_count>;

/// Adds cells (store::cells_of) to counts; what no number can hold stays at its end.
void add_cells(bucket_counts& to, const std::vector<std::int32_t>& cells);

/// The cells of counts.
[[nodiscard]] std::vector<std::int32_t> cells_of(const bucket_counts& x);

/// Figures as in the table `minutes`, with the same units. Sums that no bigint can hold stay at its end.
struct roll_up {
  std::int32_t stream = 0;  ///< streams.id
  std::int64_t since_s = 0; ///< beginning of the minute or hour [s since 1970]
  std::uint64_t seconds = 0;
  std::uint64_t interval_ns = 0;
  std::uint64_t arrivals = 0;
  std::uint64_t completions = 0;
  std::uint64_t errors = 0;
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
  std::uint64_t read_bytes = 0;
  std::uint64_t write_bytes = 0;
  std::uint64_t peak_completions = 0;
  std::uint64_t limited_by_rate_ns = 0;
  std::uint64_t limited_by_depth_ns = 0;
  std::uint64_t backend_latency_sum_ns = 0;
  std::uint64_t total_latency_sum_ns = 0;
  std::string backend;
  bucket_counts backend_latency{};
  bucket_counts total_latency{};

  /// Adds a row. @pre rows come in the order of their seconds
  void add(const store::packed_row& x);

  /// Adds the sum of a part, for example of a minute to its hour.
  void add(const roll_up& x);

  friend bool operator==(const roll_up&, const roll_up&) = default;

private:
  std::int64_t last_second_ = -1;
  std::uint64_t in_last_second_ = 0;
};

} // namespace sluice::history
