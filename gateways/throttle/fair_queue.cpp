// The heap of a fair queue and its virtual time.
#include "gateways/throttle/fair_queue.hpp"

#include <algorithm>

namespace sluice::gateway {

void fair_queue::put(std::size_t place, fair_share& x) {
  heap_[place] = &x;
  x.place_ = place;
}

void fair_queue::sift_up(std::size_t place) {
  auto& x = *heap_[place];
  for (; place > 0 && before(x, *heap_[(place - 1) / 2]); place = (place - 1) / 2)
    put(place, *heap_[(place - 1) / 2]);
  put(place, x);
}

void fair_queue::sift_down(std::size_t place) {
  auto& x = *heap_[place];
  for (;;) {
    auto child = 2 * place + 1;
    if (child >= heap_.size())
      break;
    if (child + 1 < heap_.size() && before(*heap_[child + 1], *heap_[child]))
      ++child;
    if (!before(*heap_[child], x))
      break;
    put(place, *heap_[child]);
    place = child;
  }
  put(place, x);
}

void fair_queue::enter(fair_share& x) {
  x.start_ = beginning_of(x);
  x.turn_ = ++turns_;
  heap_.push_back(&x);
  x.place_ = heap_.size() - 1;
  sift_up(x.place_);
}

void fair_queue::leave(fair_share& x) {
  if (!x.contending())
    return;
  const auto place = x.place_;
  x.place_ = fair_share::nowhere;
  auto* const last = heap_.back();
  heap_.pop_back();
  if (last == &x)
    return;
  put(place, *last);
  sift_up(place);
  sift_down(last->place_);
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
  sift_down(x.place_); // it can only have become later
}

void fair_queue::begin_era() {
  ++era_;
  for (auto* const x : heap_)
    x->start_ = now_;
  for (auto place = heap_.size() / 2; place-- > 0;)
    sift_down(place);
}

} // namespace sluice::gateway
