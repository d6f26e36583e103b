// The way of a turn through a tree of limits.
#include "gateways/throttle/shared_limit.hpp"

#include <algorithm>

namespace sluice::gateway {

void shared_limit::set(const io_limits& x, instant now) {
  const auto by_bytes = [](const io_limits& l) {
    return l.iops.unlimited() && !l.bandwidth.unlimited();
  };
  if (by_bytes(x) != by_bytes(gate_.limits()))
    queue_.begin_era();
  gate_.set(x, now);
  reconsider();
}

bool shared_limit::free_way(instant now) {
  for (auto* x = this; x != nullptr; x = x->above_)
    if (x->wanted() || x->gate_.ask(now).held != hold::none)
      return false;
  return true;
}

void shared_limit::enter(fair_share& x) {
  queue_.enter(x);
  if (is_parked_)
    reconsider(); // it was parked for what contended then
  else if (above_ != nullptr && !contending())
    above_->enter(*this);
}

void shared_limit::withdraw(fair_share& x) {
  queue_.leave(x);
  if (!wanted())
    step_out();
}

void shared_limit::step_out() {
  gate_.rest();
  due_ = instant::max();
  if (above_ == nullptr)
    return;
  if (is_parked_)
    above_->unpark(*this);
  above_->withdraw(*this);
}

void shared_limit::park(shared_limit& below) {
  queue_.leave(below);
  below.is_parked_ = true;
  parked_.push_back(&below);
  retry_ = std::min(retry_, below.due_);
}

void shared_limit::unpark(shared_limit& below) {
  below.is_parked_ = false;
  std::erase(parked_, &below);
}

void shared_limit::take_back(instant now) {
  if (now < retry_)
    return;
  retry_ = instant::max();
  std::erase_if(parked_, [&](shared_limit* x) {
    if (x->due_ > now) {
      retry_ = std::min(retry_, x->due_);
      return false;
    }
    x->is_parked_ = false;
    queue_.enter(*x);
    return true;
  });
}

fair_share* shared_limit::next(instant now) {
  take_back(now);
  due_ = instant::max();
  if (!wanted())
    return nullptr;
  if (const auto answer = gate_.ask(now); answer.held != hold::none) {
    due_ = answer.held == hold::rate ? now + answer.wait : instant::max();
    return nullptr;
  }
  while (auto* const x = queue_.first()) {
    if (x->below() == nullptr)
      return x;
    if (auto* const y = x->below()->next(now); y != nullptr)
      return y;
    park(*x->below());
  }
  gate_.rest(); // nobody waits for this one: what it does not give now is not made good
  due_ = retry_;
  return nullptr;
}

void shared_limit::book(fair_share& x, const io_demand& what, instant now) {
  gate_.enter(what, now);
  queue_.served(x, gate_.fair_cost(what));
  if (above_ != nullptr)
    above_->book(*this, what, now);
}

void shared_limit::left() {
  for (auto* x = this; x != nullptr; x = x->above_)
    x->gate_.leave();
  reconsider();
}

void shared_limit::reconsider() {
  for (auto* x = this; x->above_ != nullptr; x = x->above_)
    if (x->is_parked_)
      x->due_ = x->above_->retry_ = instant::min();
}

hold shared_limit::held(instant now) {
  for (auto* x = this; x != nullptr; x = x->above_)
    if (const auto answer = x->gate_.ask(now); answer.held != hold::none)
      return answer.held;
  return hold::none;
}

} // namespace sluice::gateway
