// Patterns, withdrawals, and one list of spans.
#include "actors/calendar/excluded_time.hpp"

#include "actors/domain/stream.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace sluice::calendar {

excluded_time::excluded_time(std::vector<time_span> spans) {
  std::sort(spans.begin(), spans.end());
  for (const auto& x : spans) {
    if (x.from >= x.to)
      continue;
    if (!spans_.empty() && x.from <= spans_.back().to)
      spans_.back().to = std::max(spans_.back().to, x.to);
    else
      spans_.push_back(x);
  }
}

bool excluded_time::touches(const time_span& interval) const noexcept {
  const auto after = std::partition_point(spans_.begin(), spans_.end(), [&](const time_span& x) {
    return x.to <= interval.from;
  });
  return after != spans_.end() && after->from < interval.to && interval.from < interval.to;
}

agreement_exclusions exclusions_of(std::string_view agreement, std::span<const exclusion> entries,
                                   const time_span& within) {
  std::set<std::int64_t> withdrawn;
  for (const auto& x : entries)
    if (x.withdraws != 0)
      withdrawn.insert(x.withdraws);
  agreement_exclusions result;
  std::vector<time_span> spans;
  for (const auto& x : entries) {
    if (x.withdraws != 0 || withdrawn.contains(x.id) || !matches(x.agreements, agreement))
      continue;
    auto times = times_of(x, within);
    if (const auto* const refused = std::get_if<refusal>(&times)) {
      result.problems.push_back("Exclusion " + std::to_string(x.id) + ": " + refused->why);
      continue;
    }
    const auto& its = std::get<0>(times);
    if (!its.empty())
      result.entries.push_back(x);
    spans.insert(spans.end(), its.begin(), its.end());
  }
  result.times = excluded_time{std::move(spans)};
  return result;
}

bool is_correction(const exclusion& x, const zone& in, wall_time now) {
  const auto month = window_at(compliance_window::calendar_month, in, now);
  const auto times = times_of(x, {{0}, month.span.from});
  const auto* const known = std::get_if<std::vector<time_span>>(&times);
  return known != nullptr && !known->empty();
}

} // namespace sluice::calendar
