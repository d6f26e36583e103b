// Counts what is slower than the target, and moves the share.
#include "actors/domain/set_point.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sluice {

namespace {

constexpr double enough_above = 3; ///< requests that must be allowed above a percentile before it says anything
/// The measured percentile is held this far below its target: it is judged in windows, which scatter.
constexpr double wanted_ratio = 0.8;
/// Per tick and unit of error. Chosen: far slower than the memory of the watch, or it would ring; down faster than up.
constexpr double gain_down = 0.03;
constexpr double gain_up = 0.01;
constexpr double error_most = 1;
constexpr double least_of_first = 1.0 / 3;
constexpr double most_of_first =
    1.1; ///< what begins to wait adds to what waits, until the core reacts: up to twice the aim

} // namespace

const std::array<double, percentile_watch::mark_count> percentile_watch::marks{0.1, 0.2,  0.3, 0.4,  0.5, 0.6,
                                                                               0.7, 0.85, 1,   1.25, 1.6, 2.5};

void percentile_watch::add(const latency_histogram& x, duration target) noexcept {
  if (x.count() == 0 || target <= duration::zero())
    return;
  new_requests_ += x.count();
  // From the slowest bucket down: each is counted once for all marks below it.
  auto mark = mark_count;
  std::uint64_t slower = 0;
  for (auto bucket = latency_histogram::bucket_count; mark > 0;) {
    const auto edge = static_cast<double>(target.count()) * marks[mark - 1];
    while (bucket > 0 && static_cast<double>(latency_histogram::upper_edge(bucket - 1).count()) > edge)
      slower += x[--bucket];
    new_above_[--mark] += slower;
  }
}

void percentile_watch::age(double passed_seconds) noexcept {
  const auto keep = passed_seconds > 0 ? std::exp(-passed_seconds / memory) : 1;
  requests_ = requests_ * keep + static_cast<double>(std::exchange(new_requests_, 0));
  for (std::size_t i = 0; i < mark_count; ++i)
    above_[i] = above_[i] * keep + static_cast<double>(std::exchange(new_above_[i], 0));
}

double percentile_watch::ratio(double quantile) const noexcept {
  const auto allowed = (1 - quantile) * requests_;
  if (!(allowed >= enough_above))
    return 0;
  std::size_t at = 0;
  while (at < mark_count && above_[at] > allowed)
    ++at;
  if (at == 0)
    return marks[0];
  if (at == mark_count)
    return marks[mark_count - 1] * 1.5;
  // Tails fall about exponentially: straight between the logarithms.
  const auto high = std::log(above_[at - 1] + 1);
  const auto low = std::log(above_[at] + 1);
  const auto way = high > low ? std::clamp((high - std::log(allowed + 1)) / (high - low), 0.0, 1.0) : 1.0;
  return marks[at - 1] + way * (marks[at] - marks[at - 1]);
}

void set_point::follow(double ratio, double first) noexcept {
  if (!std::isfinite(first) || first <= 0)
    return;
  if (!(share > 0))
    share = first;
  if (std::isfinite(ratio) && ratio > 0) {
    const auto error = std::clamp(wanted_ratio - ratio, -error_most, error_most);
    share *= 1 + (error < 0 ? gain_down : gain_up) * error;
  }
  share = std::clamp(share, least_of_first * first, most_of_first * first);
}

} // namespace sluice
