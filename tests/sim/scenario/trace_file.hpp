// Reads block traces: CSV lines of time, operation, size and offset. Knows no scenario.
#pragma once

#include "tests/sim/scenario/scenario.hpp"

#include <string>
#include <vector>

namespace sluice::sim {

inline constexpr std::size_t max_trace_records = 10'000'000; ///< chosen: 320 MB in memory

/// Lines `time_us,operation,size_bytes,offset_bytes`; operation R or W; the first line may be these words; lines that
/// begin with # are comments; times must not fall. Nothing and a sentence in `problem` if the file is not like that.
[[nodiscard]] std::vector<trace_record> read_trace_file(const std::string& path, std::string& problem);

} // namespace sluice::sim
