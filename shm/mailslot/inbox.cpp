// Taking, checking and recovering; the receiver's half of the two-step call.
#include "shm/mailslot/inbox.hpp"

#include "shm/mailslot/futex.hpp"

namespace sluice::shm {

inbox::inbox(segment mailbox, participant self, liveness alive)
    : mailbox_(std::move(mailbox)),
      self_(self),
      alive_(std::move(alive)),
      woken_(std::make_unique<std::atomic<bool>>(false)) {
  for (std::uint32_t i = 0; i < mailbox_.sizes().lanes; ++i)
    lanes_.push_back(mailbox_.lane_at(i));
  heads_.resize(lanes_.size(), 0);
}

take_result inbox::take(std::uint32_t role, message_header& header, std::vector<std::byte>& parameters) {
  const auto& from = lanes_[role - 1];
  const auto head = heads_[role - 1];
  switch (look(from, head, role)) {
  case head_state::empty:
    return take_result::nothing;
  case head_state::held:
    return recover_held(from, head);
  case head_state::ready:
    return take_ready(from, head, role, header, parameters);
  case head_state::corrupt:
    break;
  }
  header = {};
  header.sender_role = static_cast<std::uint8_t>(role);
  discard(from, head);
  make_room_known(from, ++heads_[role - 1]);
  return take_result::refused;
}

take_result inbox::take_ready(const lane& from, lane::ticket head, std::uint32_t role, message_header& header,
                              std::vector<std::byte>& parameters) {
  shm::take(from, head, self_);
  header = from.at(head).header; // once: from here on only our copy is looked at
  const bool fits = header.length <= from.capacity();
  const auto length = fits ? header.length : 0;
  const auto* begin = from.parameters(head);
  parameters.assign(begin, begin + length);
  release(from, head);
  make_room_known(from, ++heads_[role - 1]);

  auto& counters = from.header();
  const bool whole = fits && header.sender_role == role && header.operation != 0
                     && header.checksum == message_checksum(header, parameters);
  if (!whole) {
    counters.refused.fetch_add(1, std::memory_order_relaxed);
    return take_result::refused;
  }
  // Only this thread writes them: no read-modify-write needed, readers of counters may be late.
  counters.messages.store(counters.messages.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  counters.bytes.store(counters.bytes.load(std::memory_order_relaxed) + length, std::memory_order_relaxed);
  return take_result::message;
}

take_result inbox::recover_held(const lane& from, lane::ticket head) {
  const auto writer = writer_at(from, head);
  if (!writer || alive_(*writer) || !recover(from, head, *writer))
    return take_result::nothing;
  auto& mine = heads_[static_cast<std::size_t>(&from - lanes_.data())];
  make_room_known(from, ++mine);
  return take_result::recovered;
}

void inbox::make_room_known(const lane& from, lane::ticket head) {
  // SEQ_CST pairs with outlet::wait_for_room(): of "slot is free" and "writer will sleep", one side sees the other's.
  auto& wanted = from.header().room_wanted;
  if (wanted.load(std::memory_order_seq_cst) == 0)
    return;
  // Not for every slot: when the lane is drained, or each quarter of it.
  const bool drained = state_of(from.at(head).word.load(std::memory_order_relaxed)) != slot_state::ready;
  if (!drained && head % (from.slots() / 4) != 0)
    return;
  if (wanted.exchange(0, std::memory_order_seq_cst) != 0)
    futex_wake(wanted);
}

bool inbox::ready() const {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    const auto state = look(lanes_[i], heads_[i], static_cast<std::uint32_t>(i + 1));
    if (state == head_state::ready || state == head_state::corrupt)
      return true;
  }
  return woken_->load(std::memory_order_seq_cst);
}

void inbox::wait(std::chrono::nanoseconds limit, std::chrono::nanoseconds spin) {
  for (const auto until = std::chrono::steady_clock::now() + spin; spin.count() > 0;) {
    if (ready()) {
      woken_->store(false, std::memory_order_relaxed);
      return;
    }
    if (std::chrono::steady_clock::now() >= until)
      break;
  }
  for (std::size_t i = 0; i < lanes_.size(); ++i)
    repair_tail(lanes_[i], heads_[i]);
  auto& sleeping = mailbox_.header().sleeping;
  // SEQ_CST store before the loads in ready(): pairs with publish() and notify().
  sleeping.store(1, std::memory_order_seq_cst);
  if (!ready())
    futex_wait(sleeping, 1, limit);
  sleeping.store(0, std::memory_order_relaxed);
  woken_->store(false, std::memory_order_relaxed);
}

void inbox::wake() {
  woken_->store(true, std::memory_order_seq_cst);
  auto& sleeping = mailbox_.header().sleeping;
  if (sleeping.exchange(0, std::memory_order_seq_cst) != 0)
    futex_wake(sleeping);
}

void inbox::close() {
  mailbox_.header().closing.store(1, std::memory_order_release);
}

} // namespace sluice::shm
