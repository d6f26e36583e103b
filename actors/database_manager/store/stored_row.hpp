// A row of `samples` or `late_samples` as it is read back. Included by this folder's source files alone.
#pragma once

#include "actors/database_manager/store/packed_row.hpp"

#include <vector>

#include <pqxx/pqxx>

namespace sluice::store {

/// What is selected of a row, in the order in which packed_row_of() expects it, its stream's number first.
inline constexpr auto stored_row_columns =
    "stream, extract(epoch FROM second)::bigint AS second_s, incarnation, first_sequence, last_sequence, samples, "
    "interval_ns, arrivals, completions, errors, reads, writes, read_bytes, write_bytes, backlog, in_flight, "
    "mean_in_flight, limited_by_rate_ns, limited_by_depth_ns, generation, control, backend, backend_latency_sum_ns, "
    "total_latency_sum_ns, backend_latency, total_latency";

/// How many columns that are.
inline constexpr int stored_row_width = 26;

/// The row without its stream's name.
[[nodiscard]] packed_row packed_row_of(const pqxx::row& from);

/// PostgreSQL's text of an array of integers; what it writes is well formed.
void read_array(const char* text, std::vector<std::int32_t>& to);

} // namespace sluice::store
