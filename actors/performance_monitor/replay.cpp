// Batches as bytes and back.
#include "actors/performance_monitor/replay.hpp"

#include <algorithm>

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

namespace sluice {

void replay::keep(caf::actor_system& system, const sample_batch& x, instant now) {
  if (x.samples.empty())
    return;
  std::vector<char> bytes;
  caf::binary_serializer sink{system, bytes};
  if (sink(const_cast<sample_batch&>(x))) // CAF's inspectors take non-const references; nothing is changed
    return;
  bytes.shrink_to_fit();
  const auto newest = std::max_element(x.samples.begin(), x.samples.end(), [](const sample& a, const sample& b) {
    return a.taken < b.taken;
  });
  ring_.put({x.gateway, now, newest->taken, std::make_shared<const std::vector<char>>(std::move(bytes))});
}

bool replay::take(caf::actor_system& system, sample_replay& to) {
  while (!waiting_.empty()) {
    const auto x = std::move(waiting_.front());
    waiting_.pop_front();
    caf::binary_deserializer source{system, *x.bytes};
    if (source(to.samples))
      continue; // cannot be: we wrote it
    to.whole_from = ring_.whole_from(x.gateway);
    return true;
  }
  if (ended_ || open_ > 0)
    return false;
  ended_ = to.last = true;
  return true;
}

} // namespace sluice
