// The budget and its burning.
#include "actors/domain/error_budget.hpp"

#include <algorithm>
#include <limits>

namespace sluice {

namespace {

__extension__ using wide = unsigned __int128;

constexpr std::uint64_t million = 1'000'000;
constexpr std::uint64_t thousand = 1'000;

std::uint64_t tolerated(std::uint32_t target_ppm) noexcept {
  return million - std::min<std::uint64_t>(target_ppm, million);
}

bool burns_faster(const interval_counts& x, std::uint32_t threshold_milli, std::uint32_t target_ppm) noexcept {
  return wide{x.violated} * million * thousand > wide{x.judged()} * tolerated(target_ppm) * threshold_milli;
}

} // namespace

error_budget budget_of(const interval_counts& x, std::uint64_t to_come, std::uint32_t target_ppm) noexcept {
  const auto counting = x.judged() + std::min(to_come, max_intervals);
  error_budget result;
  result.allowed = counting * tolerated(target_ppm) / million;
  result.consumed = x.violated;
  result.left = static_cast<std::int64_t>(result.allowed) - static_cast<std::int64_t>(result.consumed);
  return result;
}

duration time_of(std::int64_t intervals, duration interval) noexcept {
  __extension__ using swide = __int128;
  constexpr swide most = std::numeric_limits<std::int64_t>::max();
  return duration{static_cast<std::int64_t>(std::clamp(swide{intervals} * interval.count(), -most, most))};
}

std::optional<std::uint64_t> burn_rate_milli(const interval_counts& x, std::uint32_t target_ppm) noexcept {
  if (x.judged() == 0)
    return std::nullopt;
  if (tolerated(target_ppm) == 0)
    return x.violated > 0 ? std::numeric_limits<std::uint64_t>::max() : 0;
  return static_cast<std::uint64_t>(wide{x.violated} * million * thousand / (wide{x.judged()} * tolerated(target_ppm)));
}

bool is_alert(const burn_windows& windows, const interval_counts& longer, const interval_counts& shorter,
              std::uint32_t target_ppm) noexcept {
  return burns_faster(longer, windows.threshold_milli, target_ppm)
         && burns_faster(shorter, windows.threshold_milli, target_ppm);
}

} // namespace sluice
