// The heap's moves.
#include "gateways/engine/wake_queue.hpp"

namespace sluice::gateway {

void wake_queue::put(std::size_t place, wakeable& x) {
  heap_[place] = &x;
  x.place_ = place;
}

void wake_queue::sift_up(std::size_t place) {
  auto& x = *heap_[place];
  while (place > 0 && heap_[(place - 1) / 2]->due_ > x.due_) {
    put(place, *heap_[(place - 1) / 2]);
    place = (place - 1) / 2;
  }
  put(place, x);
}

void wake_queue::sift_down(std::size_t place) {
  auto& x = *heap_[place];
  for (;;) {
    auto child = 2 * place + 1;
    if (child >= heap_.size())
      break;
    if (child + 1 < heap_.size() && heap_[child + 1]->due_ < heap_[child]->due_)
      ++child;
    if (heap_[child]->due_ >= x.due_)
      break;
    put(place, *heap_[child]);
    place = child;
  }
  put(place, x);
}

void wake_queue::set(wakeable& x, instant due) {
  x.due_ = due;
  if (x.place_ == wakeable::nowhere) {
    heap_.push_back(&x);
    x.place_ = heap_.size() - 1;
  }
  sift_up(x.place_);
  sift_down(x.place_);
}

void wake_queue::remove(wakeable& x) {
  const auto place = x.place_;
  if (place == wakeable::nowhere)
    return;
  x.place_ = wakeable::nowhere;
  auto* const last = heap_.back();
  heap_.pop_back();
  if (last == &x)
    return;
  put(place, *last);
  sift_up(place);
  sift_down(last->place_);
}

} // namespace sluice::gateway
