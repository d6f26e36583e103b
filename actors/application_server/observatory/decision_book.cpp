// Keeps the last word on each stream and backend.
#include "actors/application_server/observatory/decision_book.hpp"

namespace sluice {

void decision_book::take(std::span<const throttle> throttles, std::span<const stream_id> forgotten,
                         std::span<const backend_status> backends, bool complete) {
  if (complete) {
    throttles_.clear();
    observed_.clear();
    backends_.clear();
  }
  for (const auto& x : throttles) {
    const auto found = throttles_.find(x.stream);
    if (found != throttles_.end())
      found->second = x;
    else if (throttles_.size() < max_streams)
      throttles_.emplace(x.stream, x);
  }
  for (const auto& x : forgotten) {
    throttles_.erase(x);
    observed_.erase(x);
  }
  for (const auto& x : backends) {
    const auto found = backends_.find(x.name);
    if (found != backends_.end())
      found->second = x;
    else if (backends_.size() < max_backends)
      backends_.emplace(x.name, x);
  }
}

void decision_book::take_observed(std::span<const throttle> x) {
  for (const auto& one : x)
    if (one.why.rule == throttle_rule::none)
      observed_.erase(one.stream);
    else if (observed_.size() < max_streams || observed_.contains(one.stream))
      observed_[one.stream] = one;
}

const throttle* decision_book::find_observed(const stream_id& x) const {
  const auto found = observed_.find(x);
  return found == observed_.end() ? nullptr : &found->second;
}

const backend_status* decision_book::find_backend(const std::string& x) const {
  const auto found = backends_.find(x);
  return found == backends_.end() ? nullptr : &found->second;
}

const throttle* decision_book::find(const stream_id& x) const {
  const auto found = throttles_.find(x);
  return found == throttles_.end() ? nullptr : &found->second;
}

} // namespace sluice
