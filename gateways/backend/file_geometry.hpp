// What an open file or block device says about itself: size, blocks, holes, direct I/O. Does no I/O on its content.
#pragma once

#include <cstdint>
#include <string>

namespace sluice::gateway {

struct file_geometry {
  std::uint64_t size_bytes = 0;
  bool block_device = false;
  bool in_memory = false;   ///< tmpfs: no request ever waits for a device
  bool tells_holes = false; ///< SEEK_HOLE says more than that everything is data
  bool read_only = false;   ///< a block device that can be opened for writing, but not written
  bool rotational = false;  ///< a block device that says so
  std::uint32_t preferred_block = 4096;
  std::uint32_t direct_block = 0;  ///< O_DIRECT: offsets and lengths are multiples of it [bytes]
  std::uint32_t direct_memory = 0; ///< O_DIRECT: buffers are aligned to it [bytes]
};

/// Fills `to`. Empty, or the sentence that says why the file cannot be served.
/// @param direct it was opened with O_DIRECT; then its size has to be a multiple of its block
[[nodiscard]] std::string find_geometry(int file, const std::string& path, bool direct, file_geometry& to);

} // namespace sluice::gateway
