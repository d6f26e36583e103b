// Taking, checking and recovering; the receiver's half of the two-step call.
#include "shm/mailslot/inbox.hpp"

#include "shm/mailslot/checksum.hpp"
#include "shm/mailslot/futex.hpp"
#include "shm/mailslot/processor.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace sluice::shm {

namespace {

/// Chosen: a question costs as much as some ten looks, and a slot is held for less than a microsecond.
constexpr int looks_between_questions = 64;

/// Messages between two waits from which on they are a stream; how many of them are worth a look; and for how many
/// pauses (5 to 40 ns each) a stream is left alone until they are there.
constexpr int stream_burst = 4;
constexpr int wanted_burst = 32;
constexpr int least_hold_off = 32;
constexpr int most_hold_off = 256;

} // namespace

inbox::inbox(segment mailbox, participant self, liveness alive)
    : mailbox_(std::move(mailbox)),
      self_(self),
      alive_(std::move(alive)),
      woken_(std::make_unique<std::atomic<bool>>(false)) {
  for (std::uint32_t i = 0; i < mailbox_.sizes().lanes; ++i)
    lanes_.push_back({mailbox_.lane_at(i)});
}

take_result inbox::take(std::uint32_t role, message_header& header, std::vector<std::byte>& parameters) {
  auto& from = lanes_[role - 1];
  switch (look(from.slots, from.head, role)) {
  case head_state::ready:
    return take_ready(from, role, header, parameters);
  case head_state::empty:
    if (from.unsaid)
      make_room_known(from);
    return take_result::nothing;
  case head_state::held:
    if (from.unsaid)
      make_room_known(from);
    return recover_held(from);
  case head_state::corrupt:
    break;
  }
  header = {};
  header.sender_role = static_cast<std::uint8_t>(role);
  discard(from.slots, from.head);
  freed(from);
  return take_result::refused;
}

take_result inbox::take_ready(incoming& from, std::uint32_t role, message_header& header,
                              std::vector<std::byte>& parameters) {
  const auto& slots = from.slots;
  shm::take(slots, from.head, self_);
  header = slots.at(from.head).header; // once: from here on only our copy is looked at
  const bool fits = header.length <= slots.capacity();
  const auto length = fits ? header.length : 0;
  const auto* begin = slots.parameters(from.head);
  parameters.assign(begin, begin + length);
  release(slots, from.head);
  freed(from);

  auto& counters = slots.header();
  const bool whole = fits && header.sender_role == role && header.operation != 0
                     && header.checksum == message_checksum(header, parameters);
  if (!whole) {
    counters.refused.fetch_add(1, std::memory_order_relaxed);
    return take_result::refused;
  }
  // Only this thread writes them: no read-modify-write needed, readers of counters may be late.
  counters.messages.store(counters.messages.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  counters.bytes.store(counters.bytes.load(std::memory_order_relaxed) + length, std::memory_order_relaxed);
  last_cpu_ = header.sender_cpu;
  ++burst_;
  return take_result::message;
}

take_result inbox::recover_held(incoming& from) {
  // Mostly its writer is about to publish, and asking is a system call: done at once after a wait, which a death ends,
  // and then now and then.
  if (from.unasked > 0) {
    --from.unasked;
    return take_result::nothing;
  }
  from.unasked = looks_between_questions;
  const auto writer = writer_at(from.slots, from.head);
  if (!writer || alive_(*writer) || !recover(from.slots, from.head, *writer))
    return take_result::nothing;
  freed(from);
  return take_result::recovered;
}

/// Goes on behind a freed slot. Writers that sleep are not told of each one: when the lane is drained (take() finds it
/// empty), or each quarter of it.
void inbox::freed(incoming& from) {
  from.unsaid = true;
  if (++from.head % (from.slots.slots() / 4) == 0)
    make_room_known(from);
}

void inbox::make_room_known(incoming& from) {
  from.unsaid = false;
  // Pairs with outlet::wait_for_room(): of "slot is free" and "writer will sleep", one side sees the other's.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  auto& wanted = from.slots.header().room_wanted;
  if (wanted.load(std::memory_order_relaxed) != 0 && wanted.exchange(0, std::memory_order_seq_cst) != 0)
    futex_wake(wanted);
}

bool inbox::ready() const {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    const auto state = look(lanes_[i].slots, lanes_[i].head, static_cast<std::uint32_t>(i + 1));
    if (state == head_state::ready || state == head_state::corrupt)
      return true;
  }
  return woken_->load(std::memory_order_seq_cst);
}

/// Looks again and again for `budget`. @returns whether there is something to do
bool inbox::poll(std::chrono::nanoseconds budget) {
  /// Looks between two readings of the clock. Chosen: the clock costs about as much as four looks at eight lanes.
  constexpr int looks = 8;
  std::optional<std::chrono::steady_clock::time_point> until;
  for (;;) {
    for (int i = 0; i < looks; ++i) {
      if (ready())
        return true;
      pause_processor();
    }
    const auto now = std::chrono::steady_clock::now();
    if (!until)
      until = now + budget; // not before the first looks: they often suffice
    if (now >= *until)
      return false;
  }
}

void inbox::wait(std::chrono::nanoseconds limit, std::chrono::nanoseconds spin) {
  for (auto& x : lanes_)
    x.unasked = 0;
  const auto budget = spin.count() > 0 ? spin_.next(spin, last_cpu_ != 0 && last_cpu_ == processor_mark())
                                       : std::chrono::nanoseconds{0};
  // Who follows a stream too closely takes each cache line from the writer while that writes. A step behind, both sides
  // find theirs.
  const auto burst = std::exchange(burst_, 0);
  if (burst < stream_burst)
    hold_off_ = 0;
  else if (burst < wanted_burst)
    hold_off_ = std::clamp(hold_off_ * 2, least_hold_off, most_hold_off);
  if (budget.count() > 0)
    for (int i = 0; i < hold_off_; ++i)
      pause_processor();
  if (budget.count() > 0 && poll(budget)) {
    spin_.paid(spin);
    forget_wake();
    return;
  }
  for (const auto& x : lanes_)
    repair_tail(x.slots, x.head);
  const auto begin = spin.count() > 0 ? std::chrono::steady_clock::now() : std::chrono::steady_clock::time_point{};
  auto& sleeping = mailbox_.header().sleeping;
  // SEQ_CST store before the loads in ready(): pairs with outlet::notify().
  sleeping.store(1, std::memory_order_seq_cst);
  if (!ready())
    futex_wait(sleeping, 1, limit);
  sleeping.store(0, std::memory_order_relaxed);
  forget_wake();
  if (spin.count() > 0)
    spin_.slept(std::chrono::steady_clock::now() - begin, spin);
}

/// An exchange, not a store: a wake() in between is either seen here, with what its caller did before, or stays for the
/// next wait(). ACQUIRE pairs with wake().
void inbox::forget_wake() {
  if (woken_->load(std::memory_order_relaxed))
    woken_->exchange(false, std::memory_order_acquire);
}

void inbox::wake() {
  woken_->store(true, std::memory_order_seq_cst);
  auto& sleeping = mailbox_.header().sleeping;
  sleeping.store(0, std::memory_order_seq_cst);
  // Whatever the flag was: a writer that died between clearing it and its system call has left us asleep with it clear.
  futex_wake(sleeping);
}

void inbox::close() {
  mailbox_.header().closing.store(1, std::memory_order_release);
}

} // namespace sluice::shm
