// The rules in their order.
#include "actors/domain/blame.hpp"

#include <algorithm>
#include <cmath>

namespace sluice {

violation_cause cause_of(const second_facts& x, bool of_latency) noexcept {
  if (x.unmeasured)
    return violation_cause::gateway;
  if (x.deficit)
    return violation_cause::capacity;
  // A latency is ours if it came from waiting in the gateway; a reservation, if we held back who was short.
  if (of_latency && x.inside)
    return x.held ? violation_cause::control : violation_cause::gateway;
  if (!of_latency && x.held)
    return violation_cause::control;
  if (x.without_lease)
    return violation_cause::control;
  return x.culprit ? violation_cause::stream : violation_cause::backend;
}

double severity_of(const narrow_histogram& x, const latency_point& point) noexcept {
  if (x.count() == 0)
    return 0;
  if (point.statistic == latency_statistic::mean) {
    const auto above = static_cast<double>(x.mean().count()) - static_cast<double>(point.target.count());
    return std::max(above, 0.0) * static_cast<double>(x.count());
  }
  double slower = 0;
  for (auto bucket = latency_histogram::bucket_count; bucket-- > 0;) {
    if (latency_histogram::upper_edge(bucket) <= point.target)
      break;
    slower += x[bucket];
  }
  return slower;
}

void blame::add(violation_cause cause, double severity, borrowed_text culprit) {
  if (!(severity > 0) || !std::isfinite(severity))
    return;
  carried_[std::min(static_cast<std::size_t>(cause), causes - 1)] += severity;
  if (cause == violation_cause::stream && severity > worst_) {
    worst_ = severity;
    culprit.share(culprit_);
  }
}

violation_cause blame::cause() const noexcept {
  const auto most = std::max_element(carried_.begin(), carried_.end());
  return *most > 0 ? static_cast<violation_cause>(most - carried_.begin()) : violation_cause::backend;
}

void blame::clear() noexcept {
  carried_ = {};
  worst_ = 0;
  culprit_.clear();
}

} // namespace sluice
