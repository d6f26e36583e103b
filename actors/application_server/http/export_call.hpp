// Calls about exports and imports: which they are, their query fields and bodies. Pure; knows no clock.
#pragma once

#include "actors/application_server/http/call.hpp"
#include "actors/domain/export_question.hpp"

#include <optional>

namespace sluice::http {

/// Whether the database manager answers it with a page, a key or a check.
[[nodiscard]] bool is_an_export(operation x) noexcept;

[[nodiscard]] bool is_an_import(operation x) noexcept;

/// Reads the query fields of an export into `to.past`, `to.imported` and `to.after` (the cursor); of an import
/// `to.who`. What is wrong is the answer. @pre is_an_export or is_an_import
[[nodiscard]] std::optional<response> read_export_query(const route& from, call& to);

/// Reads the lines of an import into `to.rows` or `to.verdicts`: all of them or none.
[[nodiscard]] std::optional<response> read_import(std::string_view body, call& to);

/// What the database manager is asked. Times that are open become [now - default_past, now); later pages name them.
[[nodiscard]] export_question export_of(const call& x, wall_time now);

} // namespace sluice::http
