// The walk over a lane's slots.
#include "shm/inspect/lane_reader.hpp"

#include <algorithm>

namespace sluice::shm::inspect {

namespace {

/// What the word of ticket `t` says about it. Empty: the slot was freed, and perhaps taken again, since the head was
/// read.
std::optional<slot_content> content_of(std::uint64_t word, lap expected) {
  const auto ahead = static_cast<std::int32_t>(lap_of(word) - expected);
  if (ahead > 0)
    return std::nullopt;
  if (ahead < 0)
    return slot_content::impossible; // all of the lap before was freed: the head is beyond it
  switch (state_of(word)) {
  case slot_state::free:
    return slot_content::free;
  case slot_state::writing:
    return slot_content::writing;
  case slot_state::ready:
    return slot_content::ready;
  case slot_state::reading:
    return slot_content::reading;
  default:
    return slot_content::impossible;
  }
}

void count_code(lane_found& into, std::uint32_t operation) {
  const auto found = std::find_if(into.waiting.begin(), into.waiting.end(), [&](const waiting_code& x) {
    return x.operation == operation;
  });
  if (found != into.waiting.end())
    ++found->slots;
  else if (into.waiting.size() < max_codes)
    into.waiting.push_back({operation, 1});
  else
    ++into.waiting_others;
}

void read_ready(const slot& at, std::uint64_t word, std::uint32_t now_ms, lane_found& into) {
  const auto seen = read_header(at, word, [] {});
  if (!seen) {
    ++into.changed;
    return;
  }
  ++into.ready;
  count_code(into, seen->operation);
  if (seen->placed_ms != 0)
    into.oldest = std::max(into.oldest.value_or(std::chrono::milliseconds{0}), message_age(now_ms, seen->placed_ms));
}

void note_holder(std::uint64_t position, slot_content content, std::uint64_t word, lane_found& into) {
  ++(content == slot_content::writing ? into.writing : into.reading);
  if (into.holders.size() < max_holders)
    into.holders.push_back({position, content, holder_of(word), liveness::unknown});
  else
    ++into.holders_not_named;
}

void read_slots(const lane& x, std::uint32_t now_ms, lane_found& into) {
  for (std::uint64_t n = 0; n < x.slots(); ++n) {
    const auto ticket = into.head + n;
    const auto& at = x.at(ticket);
    // ACQUIRE pairs with publish(): behind a word that says `ready` the header is the message's.
    const auto word = at.word.load(std::memory_order_acquire);
    const auto content = content_of(word, x.lap_at(ticket));
    if (n == 0)
      into.head_slot = content.value_or(slot_content::free);
    if (!content)
      continue;
    switch (*content) {
    case slot_content::free:
      if (static_cast<std::int64_t>(into.tail - ticket) <= 0)
        return; // writers claim in order: behind the tail and a free slot there is nothing
      break;
    case slot_content::ready:
      read_ready(at, word, now_ms, into);
      break;
    case slot_content::impossible:
      ++into.impossible;
      break;
    default:
      note_holder(ticket % x.slots(), *content, word, into);
    }
  }
}

} // namespace

std::chrono::milliseconds message_age(std::uint32_t now_ms, std::uint32_t placed_ms) {
  return std::chrono::milliseconds{std::max(static_cast<std::int32_t>(now_ms - placed_ms), 0)};
}

lane_found read_lane(const lane& x, std::uint32_t sender, std::uint32_t now_ms) {
  const auto& h = x.header();
  lane_found found;
  found.sender = sender;
  // ACQUIRE pairs with release(): a slot before this head is seen freed, or later than that.
  found.head = h.head.load(std::memory_order_acquire);
  found.tail = h.tail.load(std::memory_order_acquire);
  read_slots(x, now_ms, found);
  std::sort(found.waiting.begin(), found.waiting.end(), [](const waiting_code& a, const waiting_code& b) {
    return a.operation < b.operation;
  });
  found.messages = h.messages.load(std::memory_order_relaxed);
  found.bytes = h.bytes.load(std::memory_order_relaxed);
  found.recovered = h.recovered.load(std::memory_order_relaxed);
  found.refused = h.refused.load(std::memory_order_relaxed);
  found.full = h.full.load(std::memory_order_relaxed);
  found.writers_wait = h.room_wanted.load(std::memory_order_relaxed) != 0;
  return found;
}

} // namespace sluice::shm::inspect
