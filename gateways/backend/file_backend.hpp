// A file or a block device, or an anonymous file in memory. Tries without blocking first, then hands over to the pool.
#pragma once

#include "gateways/backend/backend.hpp"
#include "gateways/backend/io_pool.hpp"

#include <atomic>
#include <string>

namespace sluice::gateway {

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

  /// A file at `path`.
  file_backend(std::string path, bool read_only, io_pool& pool);

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
  [[nodiscard]] int discard(io_request& x) noexcept;
  [[nodiscard]] int write_zero_bytes(io_request& x) noexcept;
  [[nodiscard]] int find_extents(io_request& x) const noexcept;

  std::string path_;
  std::uint64_t memory_size_bytes_ = 0;
  io_pool& pool_;
  backend_traits traits_;
  int fd_ = -1;
  bool in_memory_ = false;    ///< no request ever waits for a device
  bool block_device_ = false; ///< not a regular file
  std::atomic<bool> read_nowait_{true};
  std::atomic<bool> write_nowait_{true};
};

} // namespace sluice::gateway
