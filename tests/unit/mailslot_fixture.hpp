// A mailbox with its sender and receiver in one process, for the mailslot's tests.
#pragma once

#include "shm/mailslot/inbox.hpp"
#include "shm/mailslot/outlet.hpp"
#include "tests/process/child_process.hpp"

#include <functional>
#include <optional>
#include <set>
#include <stdexcept>
#include <string_view>

namespace sluice::shm::test {

using sluice::test::scratch_directory;

inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span{text});
}
inline std::string text_of(const std::vector<std::byte>& x) {
  return {reinterpret_cast<const char*>(x.data()), x.size()};
}

template<class T>
T must(outcome<T> x) {
  if (!x)
    throw std::runtime_error{x.why().sentence};
  return std::move(*x);
}

/// Receiver is role 1, the sender role 2. Both map the file on their own, as two processes would.
struct mailbox_fixture {
  static constexpr std::uint32_t sender_role = 2;
  static constexpr std::uint64_t sender_incarnation = 0x77'00001;

  scratch_directory directory;
  std::filesystem::path file = directory.path() / "mailbox";
  geometry sizes;
  std::set<std::uint32_t> dead; ///< participant numbers
  inbox in;
  participant sender = participant::of(sender_role, sender_incarnation);
  outlet out;

  explicit mailbox_fixture(geometry g = {2, 4, 256})
      : sizes(g),
        in(must(segment::create(file, sizes, 1, 0x55'00001)), participant::of(1, 0x55'00001),
           [this](participant p) {
             return !dead.contains(p.number);
           }),
        out(must(segment::open(file, 1)), sender) {}

  message_header header(std::uint32_t sequence = 0) const {
    message_header x;
    x.operation = 100;
    x.sender_role = sender_role;
    x.sender_incarnation = sender_incarnation;
    x.sequence = sequence;
    return x;
  }
  bool put(std::string_view text, std::uint32_t sequence = 0) {
    return out.put(header(sequence), {}, bytes_of(text));
  }
  /// Text of the next message from the sender, or what was found instead.
  std::string take() {
    message_header found;
    std::vector<std::byte> parameters;
    switch (in.take(sender_role, found, parameters)) {
    case take_result::message:
      return text_of(parameters);
    case take_result::nothing:
      return "(nothing)";
    case take_result::refused:
      return "(refused)";
    default:
      return "(recovered)";
    }
  }
  lane sender_lane() const {
    return in.mailbox().lane_at(sender_role - 1);
  }
};

} // namespace sluice::shm::test
