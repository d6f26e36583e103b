// The virtual time of a fair queue.
#include "gateways/throttle/fair_queue.hpp"

#include <algorithm>

namespace sluice::gateway {

void fair_queue::enter(fair_share& x) {
  x.start_ = beginning_of(x);
  x.turn_ = ++turns_;
  heap_.insert(x);
}

void fair_queue::leave(fair_share& x) {
  if (x.contending())
    heap_.remove(x);
}

void fair_queue::served(fair_share& x, std::uint64_t cost) {
  const auto start = x.contending() ? x.start_ : beginning_of(x);
  now_ = std::max(now_, start);
  x.finish_ = start + std::max<std::uint64_t>(cost * scale / x.weight_, 1);
  x.era_ = era_;
  if (!x.contending())
    return;
  x.start_ = x.finish_;
  x.turn_ = ++turns_;
  heap_.moved(x);
}

void fair_queue::begin_era() {
  ++era_;
  heap_.change_all([this](fair_share& x) {
    x.start_ = now_;
  });
}

} // namespace sluice::gateway
