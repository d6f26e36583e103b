// Pages of exports as CSV, and the times that an export is about. Keeps nothing between two pages: a cursor says where
// the next one begins. Knows no connection and no actor; whatever the store throws passes.
#pragma once

#include "actors/calendar/period.hpp"
#include "actors/database_manager/store/history.hpp"

namespace sluice::query {

/// Lines that a page has at most, which max_export_page_bytes may end before. Chosen: some ten ms of PostgreSQL's time.
inline constexpr std::size_t max_page_verdicts = 2'000;
inline constexpr std::size_t max_page_rows = 1'000;

/// A page of verdicts or samples; the first one begins with the header. Refused if there is no such page.
/// @pre problem_with(x) is empty
[[nodiscard]] store::outcome<export_page> csv_page(store::reading& from, const export_question& x, wall_time now);

/// The span of an export of one agreement: its period in its own time zone, or from .. to.
[[nodiscard]] store::outcome<calendar::time_span> span_of(store::reading& from, const export_question& x,
                                                          wall_time now);

} // namespace sluice::query
