// Keeps the last word on each stream and backend.
#include "actors/application_server/observatory/decision_book.hpp"

namespace sluice {

void decision_book::take(std::span<const throttle> throttles, std::span<const stream_id> forgotten,
                         std::span<const backend_status> backends, bool complete) {
  if (complete) {
    throttles_.clear();
    backends_.clear();
  }
  for (const auto& x : throttles) {
    const auto found = throttles_.find(x.stream);
    if (found != throttles_.end())
      found->second = x;
    else if (throttles_.size() < max_streams)
      throttles_.emplace(x.stream, x);
  }
  for (const auto& x : forgotten)
    throttles_.erase(x);
  for (const auto& x : backends) {
    const auto found = backends_.find(x.name);
    if (found != backends_.end())
      found->second = x;
    else if (backends_.size() < max_backends)
      backends_.emplace(x.name, x);
  }
}

const throttle* decision_book::find(const stream_id& x) const {
  const auto found = throttles_.find(x);
  return found == throttles_.end() ? nullptr : &found->second;
}

} // namespace sluice
