// Verdicts of a period, counted: compliance and coverage, exactly. Pure; which intervals a period has, and which of
// them are excluded, is decided elsewhere.
#pragma once

#include "actors/domain/record.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace sluice {

/// Intervals of a period by what became of them. Each counts once, whatever its length.
struct interval_counts {
  std::uint64_t met = 0;
  std::uint64_t violated = 0;
  std::uint64_t exempt = 0;   ///< more was asked for than the promise covers
  std::uint64_t no_data = 0;  ///< nothing was asked for, or nothing was measured
  std::uint64_t excluded = 0; ///< touched by an exclusion, whatever became of them; in none of the others
  std::uint64_t idle = 0;     ///< of `no_data`: measured throughout, nothing was asked for

  [[nodiscard]] constexpr std::uint64_t judged() const noexcept {
    return met + violated;
  }
  friend auto operator<=>(const interval_counts&, const interval_counts&) = default;
};

/// Most intervals that are counted one by one: a year of seconds of 10,000 agreements is a third of it. All products
/// below stay exact up to here; above a count stays there.
inline constexpr std::uint64_t max_intervals = std::uint64_t{1} << 40;

interval_counts& operator+=(interval_counts& to, const interval_counts& x) noexcept;

/// Counts one verdict.
void count(interval_counts& to, const final_verdict& x, bool is_excluded) noexcept;

/// What became of an interval of the whole agreement, by its objectives: violated if any was; else met if any was; else
/// exempt if any was; else no data.
[[nodiscard]] verdict_outcome outcome_of_all(std::span<const verdict_outcome> objectives) noexcept;

/// met / (met + violated) [parts per million], rounded down, so that 99.95 % is never said of less; nothing if nothing
/// was judged.
[[nodiscard]] std::optional<std::uint32_t> compliance_ppm(const interval_counts& x) noexcept;

/// Whether compliance is at least the target, by the exact ratio; nothing if nothing was judged.
[[nodiscard]] std::optional<bool> is_kept(const interval_counts& x, std::uint32_t target_ppm) noexcept;

/// Whether compliance is below a share, by the exact ratio. False if nothing was judged.
[[nodiscard]] bool is_below(const interval_counts& x, std::uint32_t share_ppm) noexcept;

/// Which part of the intervals that are not excluded is known [parts per million], rounded down: judged, exempt or
/// idle. What was not measured is not. Nothing if there is no interval.
[[nodiscard]] std::optional<std::uint32_t> coverage_ppm(const interval_counts& x) noexcept;

} // namespace sluice
