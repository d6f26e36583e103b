// A question about the past: what is asked of the stored rows, verdicts and decisions. A plain value; who answers it is
// elsewhere.
#pragma once

#include "actors/domain/stream.hpp"
#include "actors/domain/units.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

enum class question_kind : std::uint8_t {
  series,     ///< one stream's figures in from .. to
  compliance, ///< one agreement, or all (of a tenant) by name, in a period; `after` is the name of the last one
  violations, ///< of one agreement in a period, neighbouring intervals joined
  top,        ///< who had or caused most violated time in a period
  decisions,  ///< on one stream in from .. to, newest first
  report,     ///< everything that a report on one agreement and period holds
  exclusions, ///< all that were entered, in their order; `after` is the number of the last one
  audit,      ///< who changed what in from .. to, newest first
};

enum class ranking : std::uint8_t { culprit, agreement, tenant };

[[nodiscard]] std::string_view to_string(question_kind x) noexcept;
[[nodiscard]] std::string_view to_string(ranking x) noexcept;

/// Bounds. Chosen: an answer of that size has less than 2 MB.
inline constexpr std::uint32_t max_history_points = 10'000;
inline constexpr std::uint32_t default_history_points = 1'000;
inline constexpr std::uint32_t max_history_entries = 1'000;
/// Accounts of one answer, for a statement, which has no pages. Chosen: as many agreements as may be in force.
inline constexpr std::uint32_t max_accounts = 10'000;

struct history_question {
  question_kind what = question_kind::compliance;
  std::string agreement; ///< empty = all
  std::string tenant;    ///< empty = all
  stream_id stream;      ///< series, decisions
  std::string period;    ///< as in actors/calendar, in each agreement's time zone; empty = from .. to
  wall_time from;
  wall_time to;
  ranking by = ranking::culprit;
  std::uint32_t points = default_history_points; ///< of a series, at most
  std::uint32_t limit = max_history_entries;     ///< of a list, at most
  std::string after;                             ///< history_answer.next of the page before
  std::string who;                               ///< audit: what the name holds; empty = anybody
  std::string action;                            ///< audit: empty = any
  friend auto operator<=>(const history_question&, const history_question&) = default;
};

/// Empty if it can be asked; else one sentence that says what is wrong. The period is not looked at.
[[nodiscard]] std::string problem_with(const history_question& x);

} // namespace sluice
