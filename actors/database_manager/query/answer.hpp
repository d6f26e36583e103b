// Answers a question about the past: what to read for it, and what follows from that. Knows no connection and no actor;
// whatever the store throws passes.
#pragma once

#include "actors/database_manager/store/history.hpp"

namespace sluice::query {

/// Streams whose rows are added up for a report. Chosen: with a month of hours each they are 180,000 rows.
inline constexpr std::size_t max_report_streams = 250;
inline constexpr std::size_t max_known_streams = 100'000;
inline constexpr std::size_t max_exclusions = 10'000;

/// @param now decides which windows are open and what is still kept
/// @pre problem_with(x) is empty
[[nodiscard]] store::outcome<history_answer> answer(store::reading& from, const history_question& x, wall_time now,
                                                    const store::retention& kept);

} // namespace sluice::query
