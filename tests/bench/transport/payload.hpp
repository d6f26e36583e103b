// What every message of every subject contains, and the check that a receiver makes on it. Knows no subject.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace sluice::bench {

/// The first bytes of a message.
struct message_head {
  std::uint64_t sequence = 0;
  std::uint32_t sender = 0;
  std::uint32_t last = 0; ///< 1: the sender ends with this message
};
static_assert(sizeof(message_head) == 16);

/// Between head and tail lie words that follow from their place; the tail repeats the sequence number, inverted.
inline constexpr std::size_t tail_bytes = sizeof(std::uint64_t);

[[nodiscard]] constexpr std::uint64_t word_at(std::size_t place) {
  return (place + 1) * 0x9e37'79b9'7f4a'7c15;
}

/// One message to send again and again with another number.
class payload {
public:
  /// @pre size is a multiple of 8 and at least 32 [bytes]
  payload(std::size_t size, std::uint32_t sender) : bytes_(size), sender_(sender) {
    for (auto at = sizeof(message_head); at < size - tail_bytes; at += 8) {
      const auto word = word_at(at);
      std::memcpy(bytes_.data() + at, &word, sizeof word);
    }
  }

  std::span<const std::byte> stamp(std::uint64_t sequence, bool last) {
    const message_head head{sequence, sender_, last ? 1u : 0u};
    const auto tail = ~sequence;
    std::memcpy(bytes_.data(), &head, sizeof head);
    std::memcpy(bytes_.data() + bytes_.size() - tail_bytes, &tail, sizeof tail);
    return bytes_;
  }

private:
  std::vector<std::byte> bytes_;
  std::uint32_t sender_;
};

/// Every message: size, sender, sequence number at both ends and one word of the middle, another each time. Every
/// 1,024th: all words. So little that no subject is slowed by it, so much that a lost, repeated, torn or foreign
/// message does not pass. @throws std::runtime_error that says what is wrong
inline message_head check(std::span<const std::byte> x, std::size_t size, std::uint32_t sender,
                          std::uint64_t sequence) {
  message_head head;
  const auto wrong = [&](const char* what) {
    throw std::runtime_error{std::string{what} + ": expected message " + std::to_string(sequence) + " of sender "
                             + std::to_string(sender) + ", found " + std::to_string(head.sequence) + " of "
                             + std::to_string(head.sender)};
  };
  const auto word = [&](std::size_t at) {
    std::uint64_t found;
    std::memcpy(&found, x.data() + at, sizeof found);
    return found;
  };
  if (x.size() != size)
    wrong("wrong size");
  std::memcpy(&head, x.data(), sizeof head);
  if (head.sequence != sequence || head.sender != sender)
    wrong("wrong order");
  if (word(size - tail_bytes) != ~sequence)
    wrong("torn message");
  const auto words = (size - sizeof(message_head) - tail_bytes) / 8;
  const auto good = [&](std::size_t i) {
    const auto at = sizeof(message_head) + i * 8;
    return word(at) == word_at(at);
  };
  if (!good(sequence % words))
    wrong("wrong contents");
  if (sequence % 1024 == 0)
    for (std::size_t i = 0; i < words; ++i)
      if (!good(i))
        wrong("wrong contents");
  return head;
}

/// The head without a check, to know the sender.
inline message_head head_of(std::span<const std::byte> x) {
  if (x.size() < sizeof(message_head))
    throw std::runtime_error{"message too short"};
  message_head head;
  std::memcpy(&head, x.data(), sizeof head);
  return head;
}

} // namespace sluice::bench
