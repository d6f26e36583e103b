// The sums, and what is read from them.
#include "actors/database_manager/store/series_sum.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace sluice::store {

namespace {

constexpr std::int64_t bucket_factor = std::int64_t{1} << 23;

/// Calls `take(bucket, requests)` for each cell of `{1,2,3}`; false if it is no such text.
template<class Take>
bool for_each_cell(std::string_view text, Take take) noexcept {
  if (text.size() < 2 || text.front() != '{' || text.back() != '}')
    return false;
  const char* at = text.data() + 1;
  const char* const end = text.data() + text.size() - 1;
  while (at < end) {
    std::int64_t cell = 0;
    const auto [next, code] = std::from_chars(at, end, cell);
    const auto bucket = cell / bucket_factor;
    if (code != std::errc{} || cell < 0 || bucket >= static_cast<std::int64_t>(latency_histogram::bucket_count))
      return false;
    take(static_cast<std::size_t>(bucket), static_cast<std::uint64_t>(cell % bucket_factor));
    at = next;
    if (at < end && *at++ != ',')
      return false;
  }
  return true;
}

duration mean_of(std::uint64_t sum_ns, std::uint64_t requests) noexcept {
  return duration{requests == 0 ? 0 : static_cast<std::int64_t>(sum_ns / requests)};
}

std::int64_t us(duration x) noexcept {
  return std::chrono::duration_cast<std::chrono::microseconds>(x).count();
}

} // namespace

bool histogram_sum::add(std::string_view cells) noexcept {
  return for_each_cell(cells, [&](std::size_t bucket, std::uint64_t requests) {
    buckets_[bucket] += requests;
    count_ += requests;
  });
}

duration histogram_sum::quantile(double q) const noexcept {
  if (count_ == 0)
    return duration::zero();
  const auto wanted = std::ceil(std::clamp(q, 0.0, 1.0) * static_cast<double>(count_));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen > 0 && static_cast<double>(seen) >= wanted)
      return latency_histogram::upper_edge(i);
  }
  return latency_histogram::upper_edge(latency_histogram::bucket_count - 1);
}

std::uint64_t requests_in(std::string_view cells) noexcept {
  std::uint64_t sum = 0;
  for_each_cell(cells, [&](std::size_t, std::uint64_t requests) {
    sum += requests;
  });
  return sum;
}

series_sum::series_sum(wall_time from, wall_time to, duration length) : from_(from), length_us_(us(length)) {
  parts_.resize(static_cast<std::size_t>((to.unix_us - from.unix_us + length_us_ - 1) / length_us_));
  for (std::size_t i = 0; i < parts_.size(); ++i)
    parts_[i].sum.at.unix_us = from.unix_us + static_cast<std::int64_t>(i) * length_us_;
}

void series_sum::add(const series_row& x) {
  const auto position = (x.at.unix_us - from_.unix_us) / length_us_;
  if (x.at < from_ || position >= static_cast<std::int64_t>(parts_.size()))
    return;
  auto& to = parts_[static_cast<std::size_t>(position)];
  auto& sum = to.sum;
  to.used = true;
  sum.seconds += x.seconds;
  sum.completions += x.completions;
  sum.errors += x.errors;
  sum.read_bytes += x.read_bytes;
  sum.write_bytes += x.write_bytes;
  sum.measured += duration{x.interval_ns};
  sum.limited_by_rate += duration{x.limited_by_rate_ns};
  sum.limited_by_depth += duration{x.limited_by_depth_ns};
  to.backend_requests += x.backend_requests;
  to.backend_ns += static_cast<std::uint64_t>(x.backend_latency_sum_ns);
  to.total_ns += static_cast<std::uint64_t>(x.total_latency_sum_ns);
  to.total.add(x.total_latency);
}

std::vector<series_point> series_sum::points() const {
  std::vector<series_point> out;
  for (const auto& x : parts_) {
    if (!x.used)
      continue;
    auto& point = out.emplace_back(x.sum);
    point.backend_mean = mean_of(x.backend_ns, x.backend_requests);
    point.mean = mean_of(x.total_ns, x.total.count());
    point.p50 = x.total.quantile(0.5);
    point.p90 = x.total.quantile(0.9);
    point.p95 = x.total.quantile(0.95);
    point.p99 = x.total.quantile(0.99);
    point.p999 = x.total.quantile(0.999);
  }
  return out;
}

std::string_view to_string(resolution::table x) noexcept {
  switch (x) {
  case resolution::table::samples:
    return "samples";
  case resolution::table::minutes:
    return "minutes";
  case resolution::table::hours:
    return "hours";
  }
  return "unknown";
}

resolution resolution_for(wall_time from, wall_time to, std::uint32_t points, wall_time samples_from,
                          wall_time minutes_from) noexcept {
  using namespace std::chrono_literals;
  const auto span = std::chrono::microseconds{to.unix_us - from.unix_us};
  const auto fits = [&](duration length) {
    return span <= length * points;
  };
  if (fits(1s) && from >= samples_from)
    return {resolution::table::samples, 1s};
  if (from >= minutes_from)
    for (const duration length : {1min, 2min, 5min, 10min, 15min, 30min})
      if (fits(length))
        return {resolution::table::minutes, length};
  for (const duration length : {1h, 2h, 3h, 6h, 12h})
    if (fits(length))
      return {resolution::table::hours, length};
  const auto days = (span + 24h * points - 1us) / (24h * points);
  return {resolution::table::hours, 24h * std::max<std::int64_t>(days, 1)};
}

} // namespace sluice::store
