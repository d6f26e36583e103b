// Differences of counters.
#include "shm/inspect/change.hpp"

#include <algorithm>

namespace sluice::shm::inspect {

const mailbox_found* same_life(const mailbox_found& now, const snapshot* before) {
  if (before == nullptr || !now.problem.empty())
    return nullptr;
  const auto found = std::find_if(before->mailboxes.begin(), before->mailboxes.end(), [&](const mailbox_found& x) {
    return x.problem.empty() && x.name == now.name && x.incarnation == now.incarnation
           && x.lanes.size() == now.lanes.size();
  });
  return found == before->mailboxes.end() ? nullptr : &*found;
}

std::optional<bool> heartbeat_moved(const mailbox_found& now, const snapshot* before) {
  const auto* then = same_life(now, before);
  if (then == nullptr)
    return std::nullopt;
  return now.heartbeat != then->heartbeat;
}

std::optional<lane_rate> rate_of(const mailbox_found& now, std::size_t index, const moment& when,
                                 const snapshot* before) {
  const auto* then = same_life(now, before);
  if (then == nullptr || when.monotonic <= before->when.monotonic)
    return std::nullopt;
  const auto& a = then->lanes[index];
  const auto& b = now.lanes[index];
  const auto seconds = std::chrono::duration<double>(when.monotonic - before->when.monotonic).count();
  const auto per_second = [&](std::uint64_t x, std::uint64_t y) {
    return y < x ? 0.0 : static_cast<double>(y - x) / seconds; // a counter that falls is hostile
  };
  return lane_rate{per_second(a.messages, b.messages), per_second(a.bytes, b.bytes)};
}

} // namespace sluice::shm::inspect
