// Sums and differences of counts.
#include "actors/database_manager/query/accounts.hpp"

#include <algorithm>
#include <set>

namespace sluice::query {

namespace {

std::uint64_t without(std::uint64_t all, std::uint64_t part) noexcept {
  return all - std::min(all, part);
}

using point_key = std::pair<std::uint32_t, std::int32_t>; // version, point
using points = std::map<point_key, interval_counts>;

/// Versions that are counted as a whole need none of their objectives added.
interval_counts whole_of(const points& x) {
  interval_counts sum;
  for (const auto& [key, counts] : x) {
    const bool has_whole = x.contains({key.first, whole_agreement});
    if (key.second == whole_agreement || !has_whole)
      sum += counts;
  }
  return sum;
}

} // namespace

std::size_t objectives_of(const objective& x) noexcept {
  return x.latency.size() + (x.reservation.unlimited() ? 0 : 1);
}

void exclude(interval_counts& of, const interval_counts& excluded) noexcept {
  of.met = without(of.met, excluded.met);
  of.violated = without(of.violated, excluded.violated);
  of.exempt = without(of.exempt, excluded.exempt);
  of.no_data = without(of.no_data, excluded.no_data);
  of.idle = without(of.idle, excluded.idle);
  of += {.excluded = excluded.met + excluded.violated + excluded.exempt + excluded.no_data};
}

std::map<std::string, counts_of_agreement> add_up(std::span<const store::counted> all,
                                                  std::span<const store::counted> excluded) {
  std::map<std::string, points> sums;
  std::map<std::string, points> taken_out;
  for (const auto& x : all)
    sums[x.agreement][{x.version, x.point}] += x.counts;
  for (const auto& x : excluded)
    taken_out[x.agreement][{x.version, x.point}] += x.counts;
  std::map<std::string, counts_of_agreement> out;
  for (auto& [name, x] : sums) {
    for (const auto& [key, counts] : taken_out[name])
      exclude(x[key], counts);
    auto& one = out[name];
    one.whole = whole_of(x);
    std::erase_if(x, [](const auto& entry) {
      return entry.first.second == whole_agreement;
    });
    one.objectives = std::move(x);
  }
  return out;
}

std::vector<partial_account> by_hour(std::span<const store::counted> all, std::span<const store::counted> excluded) {
  std::map<wall_time, points> hours;
  for (const auto& x : all)
    hours[x.hour][{x.version, x.point}] += x.counts;
  std::map<wall_time, points> taken_out;
  for (const auto& x : excluded)
    taken_out[x.hour][{x.version, x.point}] += x.counts;
  std::vector<partial_account> out;
  for (auto& [hour, x] : hours) {
    if (const auto found = taken_out.find(hour); found != taken_out.end())
      for (const auto& [key, counts] : found->second)
        exclude(x[key], counts);
    out.push_back({hour, whole_of(x)});
  }
  return out;
}

agreement_account account_of(const agreement_in_period& of, const counts_of_agreement& counts, wall_time judged_until) {
  agreement_account out;
  out.terms = of.terms();
  out.ended = of.versions.back().until;
  if (out.ended >= of.span.to)
    out.ended = {};
  out.from = of.span.from;
  out.to = of.span.to;
  out.whole = counts.whole;
  for (const auto& [key, x] : counts.objectives)
    out.objectives.push_back({key.first, key.second, x});
  const auto end = out.ended == wall_time{} ? out.to : out.ended;
  const auto next = std::max({judged_until, out.from, of.versions.front().terms.since});
  const auto length_us =
      std::chrono::duration_cast<std::chrono::microseconds>(out.terms.objective.compliance.interval).count();
  if (next < end && length_us > 0 && !out.terms.suspended) // until it is resumed nothing is judged
    out.to_come = static_cast<std::uint64_t>((end.unix_us - next.unix_us) / length_us);
  return out;
}

} // namespace sluice::query
