// The walk over the versions.
#include "actors/domain/judged_span.hpp"

#include "actors/domain/interval_account.hpp"

#include <algorithm>

namespace sluice {

namespace {

std::int64_t length_us(const agreement& x) noexcept {
  const auto length = std::chrono::duration_cast<std::chrono::microseconds>(x.objective.compliance.interval).count();
  return std::max<std::int64_t>(length, 1);
}

wall_time after(wall_time x, std::int64_t us) noexcept {
  return {x.unix_us + us};
}

/// The first point of the grid at or after `x`.
wall_time grid_from(wall_time x, const agreement& terms) noexcept {
  return interval_begin(after(x, length_us(terms) - 1), terms.objective.compliance.interval);
}

} // namespace

std::optional<judged_span> next_interval(std::span<const agreement_period> history, wall_time from) {
  std::optional<wall_time> judged_until; // by the versions before
  for (std::size_t i = 0; i < history.size(); ++i) {
    const auto& [terms, until] = history[i];
    const auto length = length_us(terms);
    const auto ends = until != wall_time{};
    const auto is_replaced = ends && i + 1 < history.size() && history[i + 1].terms.since <= until;
    const auto first = grid_from(judged_until ? std::max(terms.since, *judged_until) : terms.since, terms);
    const auto wanted = std::max(first, grid_from(from, terms));
    if (!ends || (is_replaced ? wanted < until : after(wanted, length) <= until))
      return judged_span{i, wanted, after(wanted, length)};
    if (is_replaced && first < until)
      judged_until = after(interval_begin(after(until, -1), terms.objective.compliance.interval), length);
  }
  return std::nullopt;
}

} // namespace sluice
