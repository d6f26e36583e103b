// Puts the fragments of large messages together again, per sender. Trusts no number in them.
#pragma once

#include "shm/mailslot/layout.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace sluice::shm {

/// Messages of one sender that may be incomplete at the same time. Chosen: one per sending thread, and those are few.
inline constexpr std::size_t max_incomplete_messages = 64;
/// And their bytes together. Bounds what a hostile sender can make us hold.
inline constexpr std::size_t max_incomplete_bytes = 2 * std::size_t{max_message_bytes};
/// Reserved at a message's first fragment on its word, and kept of one message for the next; a larger message grows with
/// what is received. Chosen: what a report of a thousand streams needs; 16 MiB at most for all that may be incomplete.
inline constexpr std::size_t eager_bytes = 256u << 10;

enum class assembly : std::uint8_t { incomplete, complete, refused };

/// Whether a fragment is the last of its message, by its own words.
[[nodiscard]] inline bool is_last_fragment(std::span<const std::byte> parameters) {
  fragment_prefix prefix;
  if (parameters.size() <= sizeof prefix)
    return false;
  std::memcpy(&prefix, parameters.data(), sizeof prefix);
  return std::uint64_t{prefix.offset} + (parameters.size() - sizeof prefix) == prefix.total;
}

/// Thread safety: none, the receiver's thread has one per lane.
class assembler {
public:
  /// Takes one fragment. On `complete`, `whole` is the message. On `refused` nothing of that message is kept; its later
  /// fragments are refused too. Beyond eager_bytes memory grows with bytes received, never with bytes announced.
  [[nodiscard]] assembly add(const message_header& header, std::span<const std::byte> parameters,
                             std::vector<std::byte>& whole) {
    if (header.sender_incarnation != incarnation_) { // another life of the sender: what was begun will never end
      clear();
      incarnation_ = header.sender_incarnation;
    }
    fragment_prefix prefix;
    if (parameters.size() <= sizeof prefix)
      return assembly::refused;
    std::memcpy(&prefix, parameters.data(), sizeof prefix);
    const auto bytes = parameters.subspan(sizeof prefix);
    if (prefix.total > max_message_bytes || bytes.size() > prefix.total)
      return assembly::refused;
    auto found = parts_.find(header.sequence);
    if (prefix.offset == 0) {
      if (found != parts_.end() || parts_.size() >= max_incomplete_messages)
        return forget(found);
      found = parts_.emplace(header.sequence, part{prefix.total, std::exchange(spare_, {})}).first;
      found->second.bytes.reserve(std::min<std::size_t>(prefix.total, eager_bytes));
    }
    if (found == parts_.end())
      return assembly::refused;
    auto& begun = found->second;
    if (begun.total != prefix.total || begun.bytes.size() != prefix.offset
        || begun.bytes.size() + bytes.size() > begun.total || bytes_ + bytes.size() > max_incomplete_bytes)
      return forget(found);
    begun.bytes.insert(begun.bytes.end(), bytes.begin(), bytes.end());
    bytes_ += bytes.size();
    if (begun.bytes.size() < begun.total)
      return assembly::incomplete;
    whole = std::move(begun.bytes);
    bytes_ -= whole.size();
    parts_.erase(found);
    return assembly::complete;
  }

  /// Gives the storage of a message back, for the next one.
  void reuse(std::vector<std::byte> whole) {
    if (whole.capacity() > eager_bytes)
      return;
    whole.clear();
    spare_ = std::move(whole);
  }

  void clear() {
    parts_.clear();
    bytes_ = 0;
  }
  [[nodiscard]] std::size_t bytes() const {
    return bytes_;
  }

private:
  struct part {
    std::uint32_t total = 0;
    std::vector<std::byte> bytes;
  };

  assembly forget(std::map<std::uint32_t, part>::iterator which) {
    if (which != parts_.end()) {
      bytes_ -= which->second.bytes.size();
      parts_.erase(which);
    }
    return assembly::refused;
  }

  std::uint64_t incarnation_ = 0;
  std::map<std::uint32_t, part> parts_;
  std::size_t bytes_ = 0;
  std::vector<std::byte> spare_;
};

} // namespace sluice::shm
