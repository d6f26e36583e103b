// Memory for the payload of requests, one pool per shard. No lock; knows no request.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sluice::gateway {

/// A piece of memory from a pool. Not an owner: whoever acquired it releases it.
struct pooled_buffer {
  std::byte* data = nullptr;
  std::uint8_t size_class = 0;
};

/// Buffers of powers of two from 4 KiB to 32 MiB, aligned to 4 KiB. What was released is used again first, so that a
/// shard in steady state allocates nothing. A buffer holds what its last user left: whoever sends it to a client must
/// have filled it.
class buffer_pool {
public:
  static constexpr unsigned smallest_power = 12;
  static constexpr unsigned largest_power = 25; ///< the largest request, 32 MiB
  static constexpr std::size_t classes = largest_power - smallest_power + 1;

  /// In use at once, per shard. Chosen: four connections with their whole window; then connections are not read until
  /// some is released.
  static constexpr std::size_t max_used_bytes = 256u << 20;

  /// Kept for the next user rather than returned to the system, per shard. Chosen.
  static constexpr std::size_t max_kept_bytes = 64u << 20;

  buffer_pool() = default;
  ~buffer_pool();
  buffer_pool(const buffer_pool&) = delete;
  buffer_pool& operator=(const buffer_pool&) = delete;

  /// Null data at the bound, or if the system has no memory.
  /// @param beyond_bound for a connection that has nothing else outstanding: it must be able to go on
  [[nodiscard]] pooled_buffer acquire(std::size_t size_bytes, bool beyond_bound);

  void release(pooled_buffer x);

  [[nodiscard]] std::size_t used_bytes() const {
    return used_bytes_;
  }

private:
  std::array<std::vector<std::byte*>, classes> free_;
  std::size_t used_bytes_ = 0;
  std::size_t kept_bytes_ = 0;
};

} // namespace sluice::gateway
