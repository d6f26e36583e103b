// Takes samples in.
#include "actors/domain/signal.hpp"

#include "actors/domain/promise.hpp"

#include <algorithm>

namespace sluice {

namespace {

/// A smoothed figure moves this far towards a new one per tick; control.md's starting point for the delivered rate.
constexpr double smoothing = 0.3;
/// A latency moves faster: it is the danger sign.
constexpr double latency_smoothing = 0.5;

} // namespace

sequence_filter::verdict sequence_filter::take(std::uint64_t incarnation, std::uint64_t sequence) noexcept {
  if (seen_ == 0 || incarnation != incarnation_) {
    incarnation_ = incarnation;
    last_ = sequence;
    seen_ = 1;
    return verdict::newest;
  }
  if (sequence > last_) {
    const auto step = sequence - last_;
    seen_ = step >= 64 ? 1 : (seen_ << step) | 1;
    last_ = sequence;
    return verdict::newest;
  }
  const auto behind = last_ - sequence;
  if (behind >= 64 || ((seen_ >> behind) & 1) != 0)
    return verdict::refused;
  seen_ |= std::uint64_t{1} << behind;
  return verdict::late;
}

bool signal_intake::add(std::uint64_t incarnation, const sample& x, instant now) noexcept {
  const auto kind = to_.filter.take(incarnation, x.sequence);
  if (kind == sequence_filter::verdict::refused)
    return false;
  to_.ever = true;
  to_.heard = now;
  length_ += x.interval;
  arrivals_ += x.arrivals;
  completions_ += x.completions;
  bytes_ += x.read_bytes + x.write_bytes;
  timed_ += x.backend_latency.count();
  latency_ += std::max(x.backend_latency.sum(), duration::zero());
  in_flight_seconds_ += x.mean_in_flight * seconds(x.interval);
  depth_ += x.limited_by_depth;
  rate_ += x.limited_by_rate;
  if (kind == sequence_filter::verdict::newest) {
    to_.backlog = x.backlog;
    to_.in_flight = x.in_flight;
  }
  to_.generation = std::max(to_.generation, x.generation);
  return true;
}

void signal_intake::close(instant now, duration silent) noexcept {
  to_.fresh = length_ > duration::zero();
  to_.completed = timed_;
  if (to_.fresh) {
    const auto length = seconds(length_);
    to_.arrivals = static_cast<double>(arrivals_) / length;
    to_.completions = static_cast<double>(completions_) / length;
    to_.bytes = static_cast<double>(bytes_) / length;
    to_.mean_in_flight = in_flight_seconds_ / length;
    to_.held_by_depth = std::min(seconds(depth_) / length, 1.0);
    to_.held_by_rate = std::min(seconds(rate_) / length, 1.0);
    to_.used += smoothing * (to_.completions - to_.used);
    to_.recent_[to_.next_] = to_.arrivals;
    to_.next_ = (to_.next_ + 1) % to_.recent_.size();
    to_.demand = *std::max_element(to_.recent_.begin(), to_.recent_.end());
    if (timed_ > 0) {
      const auto mean = seconds(latency_) / static_cast<double>(timed_);
      to_.latency = to_.latency <= 0 ? mean : to_.latency + latency_smoothing * (mean - to_.latency);
    }
    if (arrivals_ > 0 || completions_ > 0 || to_.outstanding() > 0)
      to_.active = now;
  } else if (now - to_.heard >= silent) {
    to_.arrivals = to_.completions = to_.bytes = to_.used = to_.demand = 0;
    to_.backlog = to_.in_flight = to_.mean_in_flight = to_.latency = to_.held_by_depth = to_.held_by_rate = 0;
    to_.recent_ = {};
  }
}

} // namespace sluice
