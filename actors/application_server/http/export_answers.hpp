// What is answered to calls about exports and imports. Pure.
#pragma once

#include "actors/application_server/http/call.hpp"
#include "actors/domain/export_question.hpp"

namespace sluice::http {

/// A page as text, with a Link header (RFC 8288) to the next one; the key or the check as JSON.
[[nodiscard]] response export_answer(const call& x, const export_page& page);

/// Where the page after it is: a path with all that stays the same in its query; empty if there is none.
[[nodiscard]] std::string next_page_path(const call& x, const export_page& page);

/// What became of an import: 200.
[[nodiscard]] response imported_answer(std::size_t lines, std::uint64_t fresh);

/// Why the rows cannot be imported, as the answer; nothing if they can.
/// @param closed_until rows of before it change nothing any more; zero = it is not known
[[nodiscard]] std::optional<response> refused_import(const std::vector<sample_row>& rows, wall_time closed_until);

} // namespace sluice::http
