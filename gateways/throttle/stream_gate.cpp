// Combines the limits of one stream.
#include "gateways/throttle/stream_gate.hpp"

namespace sluice::gateway {

void stream_gate::set(const allowance& x, instant now) {
  iops_.set(x.iops, {x.burst_iops, x.burst_length}, now);
  bandwidth_.set(x.bandwidth, {}, now);
  depth_ = x.depth;
}

gate_answer stream_gate::ask(instant now) const {
  const auto wait = std::max(iops_.wait(now), bandwidth_.wait(now));
  if (wait > duration::zero())
    return {hold::rate, wait};
  if (depth_ != 0 && in_flight_ >= depth_)
    return {hold::depth, duration::zero()};
  return {};
}

void stream_gate::enter(std::uint64_t bytes, instant now, bool waited) {
  iops_.book(1, now, waited);
  bandwidth_.book(bytes, now, waited);
  ++in_flight_;
}

} // namespace sluice::gateway
