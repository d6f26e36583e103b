// Combines the limits of one set.
#include "gateways/throttle/gate.hpp"

namespace sluice::gateway {

namespace {

constexpr rate milli(rate x) {
  return rate{x.per_second * cost_curve::one_io};
}

/// What counts as one I/O where only bytes are limited. Source: the usual page and block size.
constexpr std::uint64_t page_bytes = 4096;

} // namespace

void gate::set(const io_limits& x, instant now) {
  limits_ = x;
  iops_.set(milli(x.iops), {milli(x.burst_iops), x.burst_length}, now);
  bandwidth_.set(x.bandwidth, {x.burst_bandwidth, x.burst_length}, now);
  unmetered_ = x.iops.unlimited() && x.bandwidth.unlimited();
  depth_ = x.depth;
}

void gate::charge(const io_demand& x, instant now) {
  iops_.book(limits_.cost.milli_io(x), now, waited_);
  bandwidth_.book(x.bytes, now, waited_);
}

std::uint64_t gate::fair_cost(const io_demand& x) const {
  const auto requests = limits_.cost.milli_io(x);
  if (limits_.bandwidth.unlimited())
    return requests;
  if (limits_.iops.unlimited()) // below max_cost, there is no more than 4 GiB in a request
    return std::max<std::uint64_t>(x.bytes * cost_curve::one_io / page_bytes, 1);
  __extension__ using wide = unsigned __int128;
  const auto bytes =
      static_cast<wide>(x.bytes) * milli(limits_.iops).per_second / static_cast<wide>(limits_.bandwidth.per_second);
  constexpr auto most = cost_curve::max_cost; // keeps the tags of a fair queue in range
  return std::max(requests, bytes > most ? most : static_cast<std::uint64_t>(bytes));
}

} // namespace sluice::gateway
