// Patterns, withdrawals, and one list of spans.
#include "actors/calendar/excluded_time.hpp"

#include "actors/domain/stream.hpp"

#include <algorithm>
#include <limits>
#include <map>
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

wall_time closed_until(const zone& in, wall_time now) {
  return window_at(compliance_window::calendar_month, in, now).span.from;
}

namespace {

/// Takes away what is not in `to`.
void clip(std::vector<time_span>& times, const time_span& to) {
  for (auto& x : times)
    x = {std::max(x.from, to.from), std::min(x.to, to.to)};
  std::erase_if(times, [](const time_span& x) {
    return x.from >= x.to;
  });
}

/// Where an entry excludes, by when it was entered and taken back.
time_span effect_of(const exclusion& x, const exclusion* withdrawal, const zone& in) {
  time_span out{{std::numeric_limits<std::int64_t>::min()}, {std::numeric_limits<std::int64_t>::max()}};
  if (!x.correction)
    out.from = closed_until(in, x.entered);
  if (withdrawal != nullptr)
    out.to = withdrawal->correction ? out.from : closed_until(in, withdrawal->entered);
  return out;
}

} // namespace

agreement_exclusions exclusions_of(std::string_view agreement, const zone& in, std::span<const exclusion> entries,
                                   const time_span& within) {
  std::map<std::int64_t, const exclusion*> withdrawals;
  for (const auto& x : entries)
    if (x.withdraws != 0)
      withdrawals.emplace(x.withdraws, &x);
  agreement_exclusions result;
  std::vector<time_span> spans;
  for (const auto& x : entries) {
    if (x.withdraws != 0 || !matches(x.agreements, agreement))
      continue;
    auto times = times_of(x, within);
    if (const auto* const refused = std::get_if<refusal>(&times)) {
      result.problems.push_back("Exclusion " + std::to_string(x.id) + ": " + refused->why);
      continue;
    }
    auto& its = std::get<0>(times);
    if (its.empty())
      continue;
    const auto taken_back = withdrawals.find(x.id);
    clip(its, within);
    clip(its, effect_of(x, taken_back == withdrawals.end() ? nullptr : taken_back->second, in));
    spans.insert(spans.end(), its.begin(), its.end());
    result.entries.push_back({x, std::move(its)});
  }
  result.times = excluded_time{std::move(spans)};
  return result;
}

} // namespace sluice::calendar
