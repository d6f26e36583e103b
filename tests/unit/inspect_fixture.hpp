// An instance made by the test, with known contents, and looks at it.
#pragma once

#include "shm/inspect/instance_reader.hpp"
#include "shm/inspect/read_only_file.hpp"
#include "shm/mailslot/outlet.hpp"
#include "shm/mailslot/participant.hpp"
#include "tests/process/child_process.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string_view>

namespace sluice::shm::inspect::test {

template<class T>
T must(outcome<T> x) {
  if (!x)
    throw std::runtime_error{x.why().sentence};
  return std::move(*x);
}

inline constexpr std::uint32_t receiver_role = 2; // application-server
inline constexpr std::uint32_t sender_role = 4;   // performance-monitor
inline constexpr std::uint32_t now_ms = 1'000'000;

/// A living application-server with a mailbox of 4 lanes of 4 slots, and a living performance-monitor that can send.
struct instance_fixture {
  sluice::test::scratch_directory scratch;
  place where{scratch.path(), "try"};
  membership receiver = must(membership::join(where, receiver_role, "application-server"));
  membership sender = must(membership::join(where, sender_role, "performance-monitor"));
  geometry sizes{4, 4, 256};
  std::filesystem::path file = where.segment("application-server");
  segment mailbox = must(segment::create(file, sizes, receiver_role, receiver.incarnation()));

  [[nodiscard]] lane from_sender() const {
    return mailbox.lane_at(sender_role - 1);
  }
  /// Takes exclusive access to the next slot, as a writer would.
  [[nodiscard]] lane::ticket claimed(participant by) const {
    const auto t = claim(from_sender(), by);
    REQUIRE(t);
    return *t;
  }
  void put(std::uint32_t operation, std::uint32_t placed_ms, std::string_view text = "x") const {
    message_header h;
    h.operation = operation;
    h.sender_role = sender_role;
    h.placed_ms = placed_ms;
    REQUIRE(deposit(from_sender(), sender.self(), h, {}, std::as_bytes(std::span{text})));
  }
  [[nodiscard]] snapshot look() const {
    moment when;
    when.coarse_ms = now_ms;
    return must(look_at(where, when));
  }
  /// The sender's lane as it looks now.
  [[nodiscard]] lane_found lane_seen() const {
    const auto x = look();
    REQUIRE(x.mailboxes.size() == 1);
    REQUIRE(x.mailboxes[0].problem == "");
    REQUIRE(x.mailboxes[0].lanes.size() == 4);
    return x.mailboxes[0].lanes[sender_role - 1];
  }
};

} // namespace sluice::shm::inspect::test
