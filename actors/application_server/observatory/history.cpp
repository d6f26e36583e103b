// A ring that grows to its bound and then turns.
#include "actors/application_server/observatory/history.hpp"

#include <algorithm>

namespace sluice {

void history::add(const history_point& x) {
  const auto size = ring_.size();
  if (size > 0) {
    auto& last = ring_[(oldest_ + size - 1) % size];
    if (last.at == x.at) {
      const auto iops = last.iops + x.iops;
      last.mean_ms = iops > 0 ? (last.mean_ms * last.iops + x.mean_ms * x.iops) / iops : 0;
      last.p99_ms = std::max(last.p99_ms, x.p99_ms);
      last.iops = iops;
      last.bandwidth += x.bandwidth;
      last.limit_iops = x.limit_iops;
      last.backlog = x.backlog;
      last.in_flight = x.in_flight;
      return;
    }
  }
  if (size < history_length) {
    ring_.push_back(x);
  } else {
    ring_[oldest_] = x;
    oldest_ = (oldest_ + 1) % history_length;
  }
}

std::vector<history_point> history::since(wall_time from) const {
  std::vector<history_point> found;
  for (std::size_t i = 0; i < ring_.size(); ++i)
    if (const auto& point = ring_[(oldest_ + i) % ring_.size()]; point.at >= from)
      found.push_back(point);
  return found;
}

} // namespace sluice
