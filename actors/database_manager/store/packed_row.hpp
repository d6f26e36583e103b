// A sample row as it waits to be stored: only the buckets that are not empty, checked so that PostgreSQL will take it.
// Pure; knows no SQL.
#pragma once

#include "actors/database_manager/store/calendar.hpp"
#include "actors/domain/agreement.hpp"
#include "actors/domain/event.hpp"
#include "actors/domain/policy_document.hpp"
#include "actors/domain/record.hpp"
#include "actors/domain/sample_row.hpp"
#include "actors/domain/verdict.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace sluice::store {

/// A sample_row holds two histograms of 240 buckets (about 2 KiB); most seconds fill a few. Waiting rows are kept in
/// this form.
struct packed_row {
  stream_id stream;
  std::string backend;
  std::int64_t second = 0; ///< since 1970-01-01 UTC [s]
  std::uint64_t incarnation = 0;
  std::uint64_t first_sequence = 0;
  std::uint64_t last_sequence = 0;
  std::uint32_t samples = 0;
  std::uint32_t backlog = 0;
  std::uint32_t in_flight = 0;
  control_state control = control_state::unlimited;
  double mean_in_flight = 0;
  duration interval{0};
  std::uint64_t arrivals = 0;
  std::uint64_t completions = 0;
  std::uint64_t errors = 0;
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
  std::uint64_t read_bytes = 0;
  std::uint64_t write_bytes = 0;
  std::uint64_t generation = 0;
  duration limited_by_rate{0};
  duration limited_by_depth{0};
  duration backend_latency_sum{0};
  duration total_latency_sum{0};
  std::vector<std::int32_t> backend_latency; ///< cells_of
  std::vector<std::int32_t> total_latency;
};

/// The stored form of a histogram: for each bucket that is not empty, ascending, bucket * 2^23 + requests. A bucket
/// with 2^23 requests or more takes several cells, whose requests add up. Half the size of pairs of integers, and still
/// read with plain SQL: `cell >> 23`, `cell & 8388607`.
[[nodiscard]] std::vector<std::int32_t> cells_of(const latency_histogram& x);
inline constexpr unsigned cell_count_bits = 23;
void append_cells(std::vector<std::int32_t>& to, std::uint32_t bucket, std::uint32_t requests);
static_assert((latency_histogram::bucket_count << cell_count_bits) <= std::size_t{1} << 31);

[[nodiscard]] packed_row pack(const sample_row& x);

/// Replaces `to` by the row that was packed; `taken` is the beginning of its second.
void unpack(const packed_row& x, sample_row& to);

/// Why a line, order or policy cannot be stored, in one sentence; empty = it can.
[[nodiscard]] std::string problem_with(const sample_row& x);
[[nodiscard]] std::string problem_with(const verdict& x);
[[nodiscard]] std::string problem_with(const event& x);
[[nodiscard]] std::string problem_with(const decision& x);
[[nodiscard]] std::string problem_with(const audit_entry& x);
[[nodiscard]] std::string problem_with(const override_order& x);
[[nodiscard]] std::string problem_with(const policy_document& x);

/// The lines of one request, together committed or together not.
struct packed_batch {
  std::vector<packed_row> rows;
  std::vector<verdict> verdicts; ///< what the SLA core found
  std::vector<event> events;
  std::vector<decision> decisions;
  std::vector<audit_entry> audit;
  std::int64_t everything_until = 0; ///< rows of before are here or were [s since 1970]; 0 = not known

  /// Lines of all kinds: what the bound of the buffer counts.
  [[nodiscard]] std::size_t size() const noexcept {
    return rows.size() + verdicts.size() + events.size() + decisions.size() + audit.size();
  }
};

} // namespace sluice::store
