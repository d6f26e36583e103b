// stat, statx and the ioctls of block devices.
#include "gateways/backend/file_geometry.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

namespace sluice::gateway {

namespace {

/// Where neither the kernel nor the device says what O_DIRECT needs. Chosen: no device asks for more.
constexpr std::uint32_t usual_direct_block = 4096;

/// What buffers are aligned to (buffer_pool).
constexpr std::uint32_t buffer_alignment = 4096;

constexpr std::uint32_t largest_preferred_block = 1u << 20;

/// False where the kernel (before 6.1) or the file system does not tell. Both 0: it refuses O_DIRECT.
bool ask_for_direct(int file, file_geometry& to) {
  struct statx status {};
  if (::statx(file, "", AT_EMPTY_PATH, STATX_DIOALIGN, &status) != 0 || (status.stx_mask & STATX_DIOALIGN) == 0)
    return false;
  to.direct_block = status.stx_dio_offset_align;
  to.direct_memory = status.stx_dio_mem_align;
  return true;
}

void ask_device(int file, file_geometry& to) {
  int logical = 0, read_only = 0;
  unsigned physical = 0;
  unsigned short rotates = 0;
  if (::ioctl(file, BLKSSZGET, &logical) == 0 && logical > 0)
    to.direct_block = to.direct_memory = static_cast<std::uint32_t>(logical);
  to.read_only = ::ioctl(file, BLKROGET, &read_only) == 0 && read_only != 0;
  if (::ioctl(file, BLKPBSZGET, &physical) == 0 && std::has_single_bit(physical))
    to.preferred_block = std::clamp<std::uint32_t>(physical, to.preferred_block, largest_preferred_block);
  to.rotational = ::ioctl(file, BLKROTATIONAL, &rotates) == 0 && rotates != 0;
}

std::string problem_with_direct(const std::string& path, const file_geometry& x) {
  if (!std::has_single_bit(x.direct_block) || x.direct_block > 65'536 || x.direct_memory > buffer_alignment)
    return "the file system of " + path + " does not do direct I/O (direct=true)";
  if (x.size_bytes % x.direct_block != 0)
    return path + " has " + std::to_string(x.size_bytes) + " bytes, no multiple of the "
           + std::to_string(x.direct_block) + " that direct I/O needs (direct=true)";
  return {};
}

} // namespace

std::string find_geometry(int file, const std::string& path, bool direct, file_geometry& to) {
  struct stat status {};
  if (::fstat(file, &status) != 0 || (!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode)))
    return path + " is neither a regular file nor a block device";
  const auto end = ::lseek(file, 0, SEEK_END); // of a block device, too
  if (end < 0)
    return "cannot find the size of " + path + ": " + std::strerror(errno);
  to.size_bytes = static_cast<std::uint64_t>(end);
  to.block_device = S_ISBLK(status.st_mode);
  // A block device is all data to the kernel. ENXIO is what an empty file says.
  to.tells_holes = !to.block_device && (::lseek(file, 0, SEEK_HOLE) >= 0 || errno == ENXIO);
  struct statfs system {};
  to.in_memory = !to.block_device && ::fstatfs(file, &system) == 0
                 && (system.f_type == TMPFS_MAGIC || system.f_type == RAMFS_MAGIC);
  to.direct_block = to.direct_memory = usual_direct_block;
  if (to.block_device)
    ask_device(file, to);
  if (!direct)
    return {};
  ask_for_direct(file, to);
  to.preferred_block = std::max(to.preferred_block, to.direct_block);
  return problem_with_direct(path, to);
}

} // namespace sluice::gateway
