// The order of deliveries to one receiver.
#include "actors/application_server/webhooks/delivery_queue.hpp"

#include <limits>
#include <utility>

namespace sluice::webhooks {

attempt attempt_of(long status) noexcept {
  if (status >= 200 && status <= 299)
    return attempt::delivered;
  switch (status) {
  case 410:
    return attempt::stop;
  case 400:
  case 413:
  case 415:
  case 422:
    return attempt::refused;
  default:
    return attempt::failed;
  }
}

void delivery_queue::put(delivery x) {
  if (stopped_) {
    ++counters_.dropped;
    return;
  }
  const std::size_t first = under_way_ ? 1 : 0;
  if (waiting_.size() >= bound_ && waiting_.size() > first) {
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(first));
    ++counters_.dropped;
  }
  waiting_.push_back(std::move(x));
}

const delivery* delivery_queue::begin(instant now) {
  if (under_way_ || waiting_.empty() || now < not_before_)
    return nullptr;
  under_way_ = true;
  return &waiting_.front();
}

std::size_t delivery_queue::end(attempt how, instant now, double chance, duration asked) {
  if (!under_way_)
    return 0;
  under_way_ = false;
  if (how == attempt::delivered) {
    ++counters_.delivered;
    waiting_.pop_front();
    failures_ = 0;
    not_before_ = now;
    return 0;
  }
  ++counters_.failed_attempts;
  if (how == attempt::stop) {
    stopped_ = true;
    counters_.dropped += waiting_.size();
    waiting_.clear();
    return 0;
  }
  if (failures_ < std::numeric_limits<unsigned>::max())
    ++failures_;
  not_before_ = now + pause_after(failures_, chance, asked);
  std::size_t gone = 0;
  if (how == attempt::refused && ++waiting_.front().refusals >= max_refusals) {
    waiting_.pop_front();
    ++counters_.given_up;
    gone = 1;
  }
  return gone + give_up_old(not_before_);
}

/// Those that will be too old at the next attempt.
std::size_t delivery_queue::give_up_old(instant then) {
  std::size_t gone = 0;
  for (; !waiting_.empty() && then - waiting_.front().taken > patience; ++gone)
    waiting_.pop_front();
  counters_.given_up += gone;
  return gone;
}

std::optional<instant> delivery_queue::next() const noexcept {
  if (under_way_ || waiting_.empty())
    return std::nullopt;
  return not_before_;
}

} // namespace sluice::webhooks
