// A file or a block device, or an anonymous file in memory. Tries without blocking first, then hands over to the
// ring of the asking thread, or to the pool.
#pragma once

#include "gateways/backend/backend.hpp"
#include "gateways/backend/file_geometry.hpp"
#include "gateways/backend/io_ring.hpp"

#include <atomic>
#include <string>

namespace sluice::gateway {

/// Which file, and how it is opened.
struct file_source {
  std::string path;
  bool read_only = false;
  bool direct = false; ///< past the page cache (O_DIRECT); requests must then be aligned to its blocks
};

class file_backend final : public backend, private blocking_work {
public:
  /// A request up to this size is done at once by the shard if it needs no waiting; a longer one would hold up the
  /// other streams of the shard by copying alone. Measured: 1 MiB is copied in about 150 us, and costs 40 % less than
  /// by way of the pool.
  static constexpr std::uint32_t max_inline_bytes = 1u << 20;

  /// Up to this size a range is unmapped at once in a file that lives in memory. Chosen as above.
  static constexpr std::uint32_t max_inline_discard_bytes = 1u << 20;

  /// Read ahead for one cache request. Chosen: it is advice, and where no bandwidth is limited nothing else bounds what
  /// it makes the device do.
  static constexpr std::uint32_t max_cache_bytes = 2u << 20;

  file_backend(file_source from, io_pool& pool);

  /// An anonymous file of that size, filled with zeroes.
  file_backend(std::uint64_t size_bytes, io_pool& pool);

  ~file_backend() override;

  [[nodiscard]] std::string open() override;
  void close() override;
  [[nodiscard]] const backend_traits& traits() const override {
    return traits_;
  }
  [[nodiscard]] bool submit(io_request& x) override;

private:
  void perform(io_request& x) noexcept override;
  [[nodiscard]] bool try_inline(io_request& x) noexcept;
  [[nodiscard]] bool suits_ring(const io_request& x) const noexcept;
  [[nodiscard]] int discard(io_request& x) noexcept;
  [[nodiscard]] int write_zero_bytes(io_request& x) noexcept;
  [[nodiscard]] int find_extents(io_request& x) const noexcept;

  file_source from_;
  std::uint64_t memory_size_bytes_ = 0;
  io_pool& pool_;
  backend_traits traits_;
  int fd_ = -1;
  file_geometry geometry_;
  std::atomic<bool> read_nowait_{true};
  std::atomic<bool> write_nowait_{true};
};

} // namespace sluice::gateway
