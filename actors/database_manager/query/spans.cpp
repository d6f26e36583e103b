// Periods, windows and exclusions as spans of time.
#include "actors/database_manager/query/spans.hpp"

#include "actors/calendar/excluded_time.hpp"

#include <algorithm>
#include <tuple>

namespace sluice::query {

namespace {

using calendar::refusal;

constexpr std::int64_t day_us = 86'400'000'000;
/// An interval has at most an hour: so long before a span it may begin and reach into it.
constexpr std::int64_t longest_interval_us = 3'600'000'000;

std::variant<time_span, refusal> span_in(const std::string& zone_name, compliance_window window,
                                         const history_question& x, wall_time now) {
  if (x.period.empty())
    return time_span{x.from, x.to};
  const auto zone = calendar::zone::find(zone_name);
  if (!zone)
    return refusal{"there is no time zone " + zone_name};
  if (x.period == current_period)
    return calendar::window_at(window, *zone, now).span;
  auto found = calendar::parse_period(x.period, *zone, now);
  if (auto* why = std::get_if<refusal>(&found))
    return std::move(*why);
  return std::get<calendar::period>(found).span;
}

bool was_in_force(const agreement_period& x, const time_span& in) noexcept {
  return x.terms.since < in.to && (x.until == wall_time{} || x.until > in.from);
}

calendar::zone zone_or_utc(const std::string& name) {
  const auto found = calendar::zone::find(name);
  return found ? *found : calendar::zone::find("UTC").value();
}

} // namespace

std::variant<time_span, refusal> widest_span(const history_question& x, wall_time now) {
  auto found = span_in("UTC", compliance_window::calendar_month, x, now);
  auto* span = std::get_if<time_span>(&found);
  if (span == nullptr || x.period.empty())
    return found;
  // No zone is a day away from UTC; a rolling window of 30 days may begin in the month before.
  const auto before = x.period == current_period ? 31 * day_us : day_us;
  span->from.unix_us -= before;
  span->to.unix_us += day_us;
  return found;
}

std::variant<std::vector<agreement_in_period>, refusal> in_period(const std::vector<agreement_period>& versions,
                                                                  const history_question& x, wall_time now) {
  std::vector<agreement_in_period> out;
  for (auto first = versions.begin(); first != versions.end();) {
    const auto last = std::find_if(first, versions.end(), [&](const agreement_period& y) {
      return y.terms.name != first->terms.name;
    });
    // A version that came after the end moves no period that is over, whatever its zone.
    for (auto version = last; version != first;) {
      const auto& rules = (--version)->terms.objective.compliance;
      auto found = span_in(rules.time_zone, rules.window, x, now);
      if (auto* why = std::get_if<refusal>(&found))
        return std::move(*why);
      const auto span = std::get<time_span>(found);
      if (!was_in_force(*version, span))
        continue;
      agreement_in_period one{{}, span, rules.time_zone};
      std::copy_if(first, last, std::back_inserter(one.versions), [&](const agreement_period& y) {
        return was_in_force(y, span);
      });
      out.push_back(std::move(one));
      break;
    }
    first = last;
  }
  return out;
}

not_counted excluded_of(const std::string& agreement, const std::string& time_zone, const time_span& within,
                        std::span<const exclusion> all) {
  const auto found = calendar::exclusions_of(agreement, zone_or_utc(time_zone), all, within);
  not_counted out;
  for (const auto& x : found.entries) {
    out.touching.push_back(x.entry.id);
    for (const auto& time : x.times)
      out.spans.push_back({x.entry.id, time.from, time.to});
  }
  std::sort(out.spans.begin(), out.spans.end(), [](const excluded_span& a, const excluded_span& b) {
    return std::tie(a.from, a.to, a.exclusion) < std::tie(b.from, b.to, b.exclusion);
  });
  for (const auto& x : found.times.spans()) {
    const auto reach = out.merged.empty() ? within.from : out.merged.back().to;
    out.merged.push_back({agreement, x.from, x.to, std::max(reach, wall_time{x.from.unix_us - longest_interval_us})});
  }
  return out;
}

not_counted exclusion_cache::excluded_of(const std::string& agreement, const std::string& time_zone,
                                         const time_span& within) {
  std::vector<std::int64_t> entries;
  for (const auto& x : all_)
    if (matches(x.agreements, agreement))
      entries.push_back(x.id);
  auto [found, is_new] = known_.try_emplace({time_zone, within, std::move(entries)});
  if (is_new)
    found->second = query::excluded_of(agreement, time_zone, within, all_);
  auto out = found->second;
  for (auto& x : out.merged)
    x.agreement = agreement;
  return out;
}

} // namespace sluice::query
