// Which fields of an answer make which column, per kind. Pure.
#pragma once

#include "actors/sluicectl/figures.hpp"
#include "actors/sluicectl/resource_kind.hpp"
#include "actors/sluicectl/table.hpp"

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::ctl {

/// A field of an item, for a column of a table or a line of a description.
struct field {
  std::string_view heading; ///< with the unit
  std::string_view path;    ///< JSON pointer into the item
  form how = form::text;
  side align = side::left;
};

/// The columns of `get KIND`.
[[nodiscard]] std::span<const field> columns(resource_kind kind) noexcept;

/// Where an item's name stands: JSON pointer.
[[nodiscard]] std::string_view name_path(resource_kind kind) noexcept;

/// The text of one field of an item; a hyphen if it is absent.
[[nodiscard]] std::string field_text(const nlohmann::json& item, const field& x);

/// The headings of a table, and the cells of one of its rows.
[[nodiscard]] std::vector<heading> headings_of(std::span<const field> fields);
[[nodiscard]] std::vector<std::string> cells_of(std::span<const field> fields, const nlohmann::json& item);

/// A table of the items; one sentence if there are none.
[[nodiscard]] std::string items_table(resource_kind kind, const nlohmann::json& items);

/// A table with the given columns, also without items.
[[nodiscard]] std::string fields_table(std::span<const field> fields, const nlohmann::json& items);

} // namespace sluice::ctl
