// Combines the buckets of one stream.
#include "gateways/throttle/stream_gate.hpp"

namespace sluice::gateway {

namespace {

/// The credit that lasts for `length` at the faster rate, as a length of time at the sustained rate.
duration burst_credit(rate sustained, rate peak, duration length) {
  const auto surplus = static_cast<double>(peak.per_second - sustained.per_second);
  const auto seconds = surplus / static_cast<double>(sustained.per_second) * static_cast<double>(length.count()) / 1e9;
  constexpr double longest = 1e9; // seconds; keeps the conversion in range
  return duration{static_cast<std::int64_t>(std::min(seconds, longest) * 1e9)};
}

} // namespace

void stream_gate::set(const allowance& x, instant now) {
  const auto bursting = !x.iops.unlimited() && x.burst_iops > x.iops && x.burst_length > duration::zero();
  const auto credit = bursting ? burst_credit(x.iops, x.burst_iops, x.burst_length) : duration::zero();
  sustained_.set(x.iops, credit + default_burst, now);
  peak_.set(bursting ? x.burst_iops : rate{}, default_burst, now);
  bandwidth_.set(x.bandwidth, default_burst, now);
  depth_ = x.depth;
}

gate_answer stream_gate::ask(instant now) const {
  const auto wait = std::max({sustained_.wait(now), peak_.wait(now), bandwidth_.wait(now)});
  if (wait > duration::zero())
    return {hold::rate, wait};
  if (depth_ != 0 && in_flight_ >= depth_)
    return {hold::depth, duration::zero()};
  return {};
}

void stream_gate::enter(std::uint64_t bytes, instant now) {
  sustained_.book(1, now);
  peak_.book(1, now);
  bandwidth_.book(bytes, now);
  ++in_flight_;
}

} // namespace sluice::gateway
