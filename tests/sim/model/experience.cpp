// Adding up.
#include "tests/sim/model/experience.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::sim {

void experience::record(instant now, const served& what) {
  const auto index = static_cast<std::size_t>(now / bin_length);
  if (bins_.size() <= index)
    bins_.resize(index + 1);
  auto& x = bins_[index];
  ++x.count;
  x.longest = std::max(x.longest, what.latency);
  x.sum += what.latency;
  x.at_device += what.at_device;
  x.bytes += what.bytes;
  x.device_time += what.device_time;
  if (keep_each_)
    each_.push_back({now, what.latency});
}

experience::bin experience::sum(instant from, instant to) const noexcept {
  bin result;
  const auto end = std::min(static_cast<std::size_t>(to / bin_length), bins_.size());
  for (auto i = static_cast<std::size_t>(from / bin_length); i < end; ++i) {
    const auto& x = bins_[i];
    result.count += x.count;
    result.longest = std::max(result.longest, x.longest);
    result.sum += x.sum;
    result.at_device += x.at_device;
    result.bytes += x.bytes;
    result.device_time += x.device_time;
  }
  return result;
}

void experience::collect(instant from, instant to, std::vector<duration>& into) const {
  const auto before = [](const reply& x, instant t) {
    return x.at < t;
  };
  const auto first = std::lower_bound(each_.begin(), each_.end(), from, before);
  const auto last = std::lower_bound(first, each_.end(), to, before);
  for (auto x = first; x != last; ++x)
    into.push_back(x->latency);
}

duration statistic_of(std::vector<duration>& latencies, latency_statistic which) {
  if (latencies.empty())
    return duration::zero();
  if (which == latency_statistic::mean) {
    duration sum{0};
    for (const auto x : latencies)
      sum += x;
    return sum / static_cast<std::int64_t>(latencies.size());
  }
  const auto rank = static_cast<std::size_t>(std::ceil(quantile_of(which) * static_cast<double>(latencies.size())));
  const auto at = latencies.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(rank, 1) - 1);
  std::nth_element(latencies.begin(), at, latencies.end());
  return *at;
}

} // namespace sluice::sim
