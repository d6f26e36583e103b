// Stored rows as comma separated values, both ways. Pure.
#pragma once

#include "actors/domain/sample_row.hpp"
#include "actors/exchange/csv_text.hpp"

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sluice::exchange {

/// A header and one line per row. Histograms are `bucket:count` of the buckets that are not empty, by spaces
/// (domain/histogram.hpp), beside their exact sums.
[[nodiscard]] std::string write_samples(std::span<const sample_row> rows);

/// The parts of it, for a text that is written page by page.
[[nodiscard]] std::string samples_header();
void append_sample(std::string& to, const sample_row& x);

/// The rows that write_samples() wrote, exactly; or the first line that is wrong. A row whose figures cannot be true
/// (problem_with) is wrong. At most `max_csv_rows`.
[[nodiscard]] std::variant<std::vector<sample_row>, csv_mistake> read_samples(std::string_view text);

} // namespace sluice::exchange
