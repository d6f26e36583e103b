// Terms from lines, and gaps on the grid of intervals.
#include "actors/evidence/coverage.hpp"

#include "actors/evidence/line.hpp"

#include <algorithm>
#include <iterator>

namespace sluice::evidence {

namespace {

/// An agreement has at most 8 latency points; twice as many are still no reason to doubt a file of a later program.
constexpr std::size_t max_points = 16;

std::optional<duration> parse_length(std::string_view text) {
  const auto ns = parse_number(text);
  if (!ns || *ns > static_cast<std::uint64_t>(duration::max().count()))
    return std::nullopt;
  return duration{static_cast<std::int64_t>(*ns)};
}

std::int64_t microseconds(duration x) {
  return std::max<std::int64_t>(x.count() / 1000, 1);
}

/// Intervals begin at whole multiples of their length since 1970.
wall_time floor_to_grid(wall_time x, duration interval) {
  const auto step = microseconds(interval);
  const auto rest = x.unix_us % step;
  return wall_time{x.unix_us - (rest < 0 ? rest + step : rest)};
}

wall_time ceil_to_grid(wall_time x, duration interval) {
  const auto floor = floor_to_grid(x, interval);
  return floor == x ? x : wall_time{floor.unix_us + microseconds(interval)};
}

} // namespace

bool read_terms(std::string_view line, std::string_view agreement, agreement_terms& to) {
  const auto fields = fields_of(line);
  if (fields.size() < 4 || unescape(fields[1]) != agreement)
    return false;
  const auto version = parse_number(fields[2]);
  const auto at = parse_time(fields[3]);
  if (!version || *version == 0 || *version > UINT32_MAX || !at)
    return false;
  const auto number = static_cast<std::uint32_t>(*version);
  if (fields[0] == "agreement-end") {
    const auto ended = to.find(number);
    if (ended == to.end() || ended->second.until || ended->second.since > *at)
      return false;
    ended->second.until = *at;
    return true;
  }
  if (fields[0] != "agreement" || fields.size() < 18 || to.contains(number))
    return false;
  version_terms x;
  x.since = *at;
  x.reserves = fields[8] != "0";
  const auto interval = parse_length(fields[15]);
  if (!interval || *interval == duration::zero())
    return false;
  x.interval = *interval;
  for (std::size_t i = 18; i + 3 < fields.size() && fields[i] == "latency" && x.targets.size() < max_points; i += 4) {
    const auto target = parse_length(fields[i + 2]);
    if (!target)
      return false;
    x.targets.push_back(*target);
  }
  x.suspended = fields[fields.size() - 2] == "suspended" && fields.back() == "yes"; // what it ends with, if anything
  to.emplace(number, std::move(x));
  return true;
}

void coverage::note_gaps(std::uint32_t point, wall_time from, wall_time to) {
  for (auto version = terms_.begin(); version != terms_.end(); ++version) {
    const auto& x = version->second;
    if (!x.has(point))
      continue;
    auto until = x.until.value_or(to);
    if (const auto following = std::next(version); following != terms_.end())
      until = std::min(until, following->second.since);
    // The interval in which the terms change belongs to neither version for certain.
    const auto lost_from = ceil_to_grid(std::max(from, x.since), x.interval);
    const auto lost_to = floor_to_grid(std::min(to, until), x.interval);
    if (lost_from >= lost_to)
      continue;
    ++count_;
    if (gaps_.size() < max_gaps)
      gaps_.push_back({version->first, point, lost_from, lost_to});
  }
}

std::string coverage::add(const judged_interval& x) {
  const auto version = terms_.find(x.version);
  if (version == terms_.end())
    return "is judged by version " + std::to_string(x.version) + ", of which the file has no entry of the ledger";
  const auto& terms = version->second;
  if (!terms.has(x.point))
    return "is about point " + std::to_string(x.point) + ", which version " + std::to_string(x.version)
           + " does not promise";
  if (x.length != terms.interval || floor_to_grid(x.since, x.length) != x.since)
    return "is no interval of version " + std::to_string(x.version);
  if (x.point < terms.targets.size() && x.target != terms.targets[x.point])
    return "is judged against another target than version " + std::to_string(x.version) + " promises";
  const wall_time end{x.since.unix_us + microseconds(x.length)};
  if (!first_)
    first_ = x.since;
  const auto [last, fresh] = last_.try_emplace(x.point, seen{x.version, *first_});
  if (!fresh && last->second.version == x.version && x.since < last->second.until)
    return "overlaps an interval before it";
  if (x.since > last->second.until)
    note_gaps(x.point, last->second.until, x.since);
  last->second = {x.version, std::max(last->second.until, end)};
  end_ = std::max(end_, end);
  return {};
}

void coverage::finish() {
  if (!first_)
    return;
  for (std::uint32_t point = 0; point <= max_points; ++point) {
    const auto last = last_.find(point);
    const auto from = last == last_.end() ? *first_ : last->second.until;
    if (from < end_)
      note_gaps(point, from, end_);
  }
}

} // namespace sluice::evidence
