// Which columns the lines of a batch have, and their text. Pure; stores nothing.
#pragma once

#include "actors/database_manager/store/copy_text.hpp"
#include "actors/database_manager/store/packed_row.hpp"

#include <string>
#include <vector>

namespace sluice::store {

/// One kind of line: its table, and its columns in the order in which they are written.
struct line_kind {
  const char* table;
  std::vector<std::string> columns;
};

[[nodiscard]] const line_kind& sample_lines(); ///< late ones have the same columns
[[nodiscard]] const line_kind& finding_lines();
[[nodiscard]] const line_kind& event_lines();
[[nodiscard]] const line_kind& audit_lines();

/// Appends the fields of a line; the line is not ended. @param stream streams.id
void put(copy_text& to, std::int32_t stream, const packed_row& x);
void put(copy_text& to, const verdict& x);
void put(copy_text& to, const event& x);
void put(copy_text& to, const audit_entry& x);

} // namespace sluice::store
