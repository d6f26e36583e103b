// Collects the extents of one block_status request. Asks no storage.
#pragma once

#include "gateways/backend/io_request.hpp"

#include <algorithm>
#include <cstdint>

namespace sluice::gateway {

/// Writes the extents of a request from its offset on: what goes beyond its range is cut off, equal neighbours become
/// one, and there are never more than there is room for.
class extent_writer {
public:
  /// Begins anew, whatever the request had. @pre x.max_extents > 0 and x.length > 0
  explicit extent_writer(io_request& x) noexcept : to_(x) {
    to_.extent_count = 0;
  }

  /// Adds the next stretch; one of no length is nothing. False when no more is wanted: the range is covered, or there
  /// is no room.
  bool add(std::uint64_t length_bytes, bool hole, bool zero) noexcept {
    const auto part = static_cast<std::uint32_t>(std::min<std::uint64_t>(length_bytes, to_.length - covered_));
    if (part == 0)
      return covered_ < to_.length;
    auto* const last = to_.extent_count > 0 ? &to_.extents[to_.extent_count - 1] : nullptr;
    if (last != nullptr && last->hole == hole && last->zero == zero)
      last->length += part;
    else if (to_.extent_count == to_.max_extents)
      return false;
    else
      to_.extents[to_.extent_count++] = {part, hole, zero};
    covered_ += part;
    return covered_ < to_.length;
  }

private:
  io_request& to_;
  std::uint32_t covered_ = 0; ///< [bytes]
};

} // namespace sluice::gateway
