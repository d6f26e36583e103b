// Placing and notifying; the sender's half of the two-step call.
#include "shm/mailslot/outlet.hpp"

#include "shm/mailslot/checksum.hpp"
#include "shm/mailslot/futex.hpp"
#include "shm/mailslot/processor.hpp"

#include <cstring>

namespace sluice::shm {

outlet::outlet(segment mailbox, participant self)
    : mailbox_(std::move(mailbox)), self_(self), lane_(mailbox_.lane_at(self.role() - 1)) {}

bool deposit(const lane& x, participant self, const message_header& header, std::span<const std::byte> prefix,
             std::span<const std::byte> body) {
  const auto ticket = claim(x, self);
  if (!ticket)
    return false;
  auto* parameters = x.parameters(*ticket);
  if (!prefix.empty())
    std::memcpy(parameters, prefix.data(), prefix.size());
  if (!body.empty())
    std::memcpy(parameters + prefix.size(), body.data(), body.size());
  auto filled = header;
  filled.length = static_cast<std::uint32_t>(prefix.size() + body.size());
  filled.sender_cpu = processor_mark();
  // Where there is no prefix, from the source: it is nearer than what we have just written for another processor.
  filled.checksum =
      message_checksum(filled, prefix.empty() ? body : std::span<const std::byte>{parameters, filled.length});
  x.at(*ticket).header = filled;
  publish(x, *ticket, self);
  return true;
}

void outlet::notify() {
  auto& sleeping = mailbox_.header().sleeping;
  // Orders publish() before the look at `sleeping`; pairs with inbox::wait(): of "a slot is ready" and "the receiver
  // will sleep", at least one side sees the other's. One of several writers wins the exchange.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (sleeping.load(std::memory_order_relaxed) != 0 && sleeping.exchange(0, std::memory_order_seq_cst) != 0)
    futex_wake(sleeping);
}

void outlet::wait_for_room(std::chrono::nanoseconds limit) {
  auto& wanted = lane_.header().room_wanted;
  wanted.store(1, std::memory_order_seq_cst);
  const auto t = lane_.header().tail.load(std::memory_order_acquire);
  const auto word = lane_.at(t).word.load(std::memory_order_seq_cst); // pairs with inbox::make_room_known()
  if (static_cast<std::int32_t>(lap_of(word) - lane_.lap_at(t)) < 0)
    futex_wait(wanted, 1, limit);
}

} // namespace sluice::shm
