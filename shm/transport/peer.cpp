// Sending: slot, else outbox, else refusal.
#include "shm/transport/peer.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <ctime>
#include <limits>

namespace sluice::shm {

namespace {

/// Slots that flush() fills while it holds the lock. Chosen: some 10 us with small messages.
constexpr int flush_turn = 64;

/// For the age of a message, good to some milliseconds; a precise clock costs more than the copy of a small message.
std::uint32_t coarse_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return static_cast<std::uint32_t>(now.tv_sec * 1000 + now.tv_nsec / 1'000'000);
}

} // namespace

peer::peer(std::string name, outlet mailbox, caf::node_id node, std::uint32_t role, std::uint64_t incarnation,
           std::size_t outbox_bytes)
    : name_(std::move(name)),
      mailbox_(std::move(mailbox)),
      node_(std::move(node)),
      role_(role),
      incarnation_(incarnation),
      outbox_(outbox_bytes) {}

send_result peer::send(message_header header, std::span<const std::byte> body, importance class_) {
  if (down())
    return send_result::gone;
  if (body.size() > max_message_bytes)
    return send_result::too_large;
  header.sequence = sequence_.fetch_add(1, std::memory_order_relaxed);
  header.placed_ms = coarse_ms();
  std::size_t sent = 0;
  // A message must not overtake an older one of its sender that waits. ACQUIRE pairs with the RELEASE in flush().
  if (!waiting()) {
    auto budget = std::numeric_limits<int>::max(); // no lock is held
    const bool done = place(header, body, sent, budget);
    if (done || sent > 0)
      mailbox_.notify();
    if (done)
      return send_result::placed;
  }
  const std::lock_guard lock{mutex_};
  // There may be room by now: who sends helps the courier, and what would wait need not be copied.
  if (sent == 0 && flush_some() == flush_result::empty) {
    auto budget = flush_turn;
    const bool done = place(header, body, sent, budget);
    if (done || sent > 0)
      mailbox_.notify();
    if (done)
      return send_result::placed;
  }
  if (sent == 0 && !outbox_.make_room(body.size(), class_)) {
    if (class_ == importance::droppable)
      ++samples_refused_;
    else
      refused_.fetch_add(1, std::memory_order_relaxed);
    return send_result::overloaded;
  }
  outbox_.push({header, {body.begin(), body.end()}, sent, class_});
  waiting_.store(true, std::memory_order_release);
  return send_result::queued;
}

/// Places what is left of a message, at most `budget` slots of it. @returns whether it is all placed
bool peer::place(message_header& header, std::span<const std::byte> body, std::size_t& sent, int& budget) {
  if (body.size() <= mailbox_.capacity())
    return --budget >= 0 && mailbox_.put(header, {}, body);
  header.flags |= flag_fragment;
  const auto room = mailbox_.capacity() - sizeof(fragment_prefix);
  while (sent < body.size()) {
    const fragment_prefix prefix{static_cast<std::uint32_t>(body.size()), static_cast<std::uint32_t>(sent)};
    const auto piece = body.subspan(sent, std::min<std::size_t>(room, body.size() - sent));
    if (--budget < 0 || !mailbox_.put(header, std::as_bytes(std::span{&prefix, 1}), piece))
      return false;
    sent += piece.size();
  }
  return true;
}

flush_result peer::flush() {
  const std::lock_guard lock{mutex_};
  return flush_some();
}

flush_result peer::flush_some() {
  auto budget = flush_turn;
  while (!outbox_.empty()) {
    auto& next = outbox_.front();
    if (!place(next.header, next.body, next.sent, budget))
      break;
    outbox_.pop();
  }
  if (budget < flush_turn - 1 || outbox_.empty())
    mailbox_.notify();
  if (!outbox_.empty())
    return budget < 0 ? flush_result::more : flush_result::full;
  waiting_.store(false, std::memory_order_release);
  return flush_result::empty;
}

bool peer::mark_down() {
  if (down_.exchange(true, std::memory_order_acq_rel))
    return false;
  const std::lock_guard lock{mutex_};
  outbox_.clear();
  waiting_.store(false, std::memory_order_release);
  return true;
}

bool peer::add_watched(caf::actor_id id) {
  const std::lock_guard lock{mutex_};
  return watched_.insert(id).second;
}

void peer::remove_watched(caf::actor_id id) {
  const std::lock_guard lock{mutex_};
  watched_.erase(id);
}

std::size_t peer::outbox_bytes() const {
  const std::lock_guard lock{mutex_};
  return outbox_.bytes();
}

std::uint64_t peer::samples_dropped() const {
  const std::lock_guard lock{mutex_};
  return outbox_.dropped() + samples_refused_;
}

} // namespace sluice::shm
