// The states of an inherited throttle.
#include "actors/domain/inheritance.hpp"

namespace sluice {

void inheritance::hear(const stream_signal& x, bool planned, instant now) noexcept {
  if (state_ == state::own)
    return;
  if (x.control != control_state::throttled || x.generation == 0) {
    state_ = state::own; // none, or its lease ran out meanwhile
    return;
  }
  if (state_ == state::unheard) {
    state_ = state::inherited;
    until_ = now + longest_inheritance;
  }
  if (planned)
    ++ticks_;
}

bool inheritance::end_if_over(instant now) noexcept {
  if (state_ != state::inherited || (now < until_ && ticks_ < own_figures_after))
    return false;
  state_ = state::own;
  return true;
}

bool inheritance::renew(instant now, const control_policy& policy) noexcept {
  if (state_ != state::inherited || (renewed_ && now - sent_ < policy.repeat))
    return false;
  renewed_ = true;
  sent_ = now;
  return true;
}

} // namespace sluice
