// Counts what operator new hands out in this program. Replaces the global operators, hence in programs of measurement
// only.
#pragma once

#include <cstdint>

namespace sluice::bench {

struct allocation_count {
  std::uint64_t calls = 0;      ///< of operator new since the program began
  std::uint64_t live_bytes = 0; ///< in use now, as malloc counts them
};

/// Of all threads. Thread safe.
[[nodiscard]] allocation_count counted_allocations() noexcept;

} // namespace sluice::bench
