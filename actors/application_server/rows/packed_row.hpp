// A sample row in about a tenth of its memory, for the hour in which it may have to wait. In memory only: no format for
// files or wires.
#pragma once

#include "actors/domain/sample_row.hpp"

#include <string>

namespace sluice {

/// Numbers as variable-length bytes, histograms as their buckets that are not empty. About 200 bytes per row.
[[nodiscard]] std::string pack(const sample_row& x);

/// The row that was packed. @pre `bytes` came from pack()
[[nodiscard]] sample_row unpack_row(const std::string& bytes);

} // namespace sluice
