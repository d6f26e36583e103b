// How many intervals may be violated in a period, how many of them are used up, and how fast. Pure.
#pragma once

#include "actors/domain/accounting.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

namespace sluice {

/// In intervals. `left` below zero = the target cannot be met any more.
struct error_budget {
  std::uint64_t allowed = 0;
  std::uint64_t consumed = 0;
  std::int64_t left = 0;
  friend auto operator<=>(const error_budget&, const error_budget&) = default;
};

/// Of what counts in the period, a part of (1 - target) may be violated, rounded down: compliance is at least the
/// target exactly if nothing below zero is left.
/// @param to_come intervals of the period that are not over yet, and are taken to count; 0 for a period that is over
[[nodiscard]] error_budget budget_of(const interval_counts& x, std::uint64_t to_come,
                                     std::uint32_t target_ppm) noexcept;

/// The same number of intervals as a time; at most 292 years.
[[nodiscard]] duration time_of(std::int64_t intervals, duration interval) noexcept;

/// How fast the budget is used up: violated / (met + violated) / (1 - target) [thousandths], rounded down. 1000 = it is
/// used up exactly at the end of the period. Nothing if nothing was judged; the greatest number there is if something
/// was violated of which nothing may be.
[[nodiscard]] std::optional<std::uint64_t> burn_rate_milli(const interval_counts& x, std::uint32_t target_ppm) noexcept;

/// A pair of windows that end now; the short one says that it still burns.
struct burn_windows {
  duration longer{0};
  duration shorter{0};
  std::uint32_t threshold_milli = 0; ///< burn rate in both above which it is an alert [thousandths]
};

/// Multi-window, multi-burn-rate alerts of The Site Reliability Workbook, chapter 5. The two first are to be
/// looked at at once, the last one in working hours.
inline constexpr std::array<burn_windows, 3> burn_alerts{{
    {std::chrono::hours{1}, std::chrono::minutes{5}, 14'400},
    {std::chrono::hours{6}, std::chrono::minutes{30}, 6'000},
    {std::chrono::hours{72}, std::chrono::hours{6}, 1'000},
}};

/// Whether the burn rate is above the threshold in both windows, by the exact ratios.
[[nodiscard]] bool is_alert(const burn_windows& windows, const interval_counts& longer, const interval_counts& shorter,
                            std::uint32_t target_ppm) noexcept;

} // namespace sluice
