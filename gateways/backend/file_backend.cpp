// File I/O by preadv2 and pwritev2, zeroes by fallocate, holes by lseek.
#include "gateways/backend/file_backend.hpp"

#include "gateways/backend/extent_writer.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/falloc.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

namespace sluice::gateway {

namespace {

/// Reads or writes everything, however often the kernel stops short. 0, or errno and the place in `failed_at`.
int transfer_all(int fd, io_request& x, bool write, int flags) noexcept {
  std::size_t done = 0;
  while (done < x.length) {
    const iovec part{x.buffer + done, x.length - done};
    const auto at = static_cast<off_t>(x.offset + done);
    const auto n = write ? ::pwritev2(fd, &part, 1, at, flags) : ::preadv2(fd, &part, 1, at, flags);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      x.failed_at = static_cast<std::uint32_t>(done);
      // Cut short behind our back; so it was where the rest is not aligned any more.
      return n == 0 || (errno == EINVAL && done > 0) ? EIO : errno;
    }
    done += static_cast<std::size_t>(n);
  }
  return 0;
}

constexpr auto advice_read_only = " (read-only=true serves it all the same)";

std::string why_not_opened(const file_source& x, int error) {
  if (error == EINVAL && x.direct)
    return "the file system of " + x.path + " refuses direct I/O (direct=true)";
  auto sentence = "cannot open " + x.path + ": " + std::strerror(error);
  if (error == EROFS && !x.read_only)
    sentence += advice_read_only;
  return sentence;
}

} // namespace

file_backend::file_backend(file_source from, io_pool& pool) : from_(std::move(from)), pool_(pool) {
  traits_.read_only = from_.read_only;
}

file_backend::file_backend(std::uint64_t size_bytes, io_pool& pool) : memory_size_bytes_(size_bytes), pool_(pool) {}

file_backend::~file_backend() {
  close();
}

std::string file_backend::open() {
  if (from_.path.empty()) {
    fd_ = ::memfd_create("sluice-memory-backend", MFD_CLOEXEC);
    if (fd_ < 0 || ::ftruncate(fd_, static_cast<off_t>(memory_size_bytes_)) != 0)
      return std::string{"cannot make an anonymous file: "} + std::strerror(errno);
  } else {
    const auto flags = (from_.read_only ? O_RDONLY : O_RDWR) | (from_.direct ? O_DIRECT : 0) | O_CLOEXEC | O_NOCTTY;
    fd_ = ::open(from_.path.c_str(), flags);
    if (fd_ < 0)
      return why_not_opened(from_, errno);
  }
  if (auto problem = find_geometry(fd_, from_.path, from_.direct, geometry_); !problem.empty())
    return problem;
  if (geometry_.read_only && !from_.read_only)
    return from_.path + " is a read-only device" + advice_read_only;
  traits_.size_bytes = geometry_.size_bytes;
  traits_.tells_holes = geometry_.tells_holes;
  traits_.rotational = geometry_.rotational;
  traits_.preferred_block = geometry_.preferred_block;
  if (from_.direct) {
    traits_.min_block = geometry_.direct_block;
    traits_.can_cache = false; // nothing reads from the page cache
  }
  return {};
}

void file_backend::close() {
  if (fd_ >= 0)
    ::close(fd_);
  fd_ = -1;
}

bool file_backend::submit(io_request& x) {
  if (try_inline(x))
    return true;
  if (x.ring != nullptr && suits_ring(x) && x.ring->start(fd_, *this, x))
    return false;
  pool_.submit(*this, x);
  return false;
}

bool file_backend::try_inline(io_request& x) noexcept {
  x.error = 0;
  switch (x.operation) {
  case io_operation::flush:
  case io_operation::cache:
    return geometry_.in_memory;
  case io_operation::block_status:
    return false; // SEEK_HOLE may have a long way to the next one
  case io_operation::trim:
  case io_operation::write_zeroes:
    if (!geometry_.in_memory || x.length > max_inline_discard_bytes)
      return false;
    x.error = discard(x);
    return true;
  case io_operation::read:
  case io_operation::write:
    break;
  }
  if (x.length > max_inline_bytes || (from_.direct && !geometry_.in_memory))
    return false;
  const auto write = x.operation == io_operation::write;
  if (geometry_.in_memory) {
    x.error = transfer_all(fd_, x, write, 0);
    return true;
  }
  auto& nowait = write ? write_nowait_ : read_nowait_;
  // Relaxed: a hint; whoever reads an old value only makes one more attempt.
  if ((write && x.durable) || !nowait.load(std::memory_order_relaxed))
    return false;
  const iovec all{x.buffer, x.length};
  const auto at = static_cast<off_t>(x.offset);
  const auto n = write ? ::pwritev2(fd_, &all, 1, at, RWF_NOWAIT) : ::preadv2(fd_, &all, 1, at, RWF_NOWAIT);
  if (n < 0 && errno == EOPNOTSUPP)
    nowait.store(false, std::memory_order_relaxed);
  return n == static_cast<ssize_t>(x.length); // otherwise the pool does all of it again
}

bool file_backend::suits_ring(const io_request& x) const noexcept {
  if (geometry_.in_memory)
    return false;
  switch (x.operation) {
  case io_operation::read:
  case io_operation::write:
    return from_.direct || x.length <= max_inline_bytes; // a ring copies cached pages in its submit()
  case io_operation::flush:
    return true;
  default:
    return false; // may take several system calls
  }
}

void file_backend::perform(io_request& x) noexcept {
  switch (x.operation) {
  case io_operation::read:
    x.error = transfer_all(fd_, x, false, 0);
    return;
  case io_operation::write:
    x.error = transfer_all(fd_, x, true, x.durable ? RWF_DSYNC : 0);
    return;
  case io_operation::flush:
    x.error = ::fdatasync(fd_) == 0 ? 0 : errno;
    return;
  case io_operation::trim:
  case io_operation::write_zeroes:
    x.error = discard(x);
    if (x.error == 0 && x.durable && ::fdatasync(fd_) != 0)
      x.error = errno;
    return;
  case io_operation::cache:
    x.error =
        ::posix_fadvise(fd_, static_cast<off_t>(x.offset), std::min(x.length, max_cache_bytes), POSIX_FADV_WILLNEED);
    return;
  case io_operation::block_status:
    x.error = find_extents(x);
    return;
  }
}

int file_backend::discard(io_request& x) noexcept {
  const auto zeroes = x.operation == io_operation::write_zeroes;
  const auto keep = zeroes && x.keep_allocated;
  if (keep && x.only_if_fast && geometry_.block_device)
    return EOPNOTSUPP; // the kernel would write zeroes where the device cannot
  const auto mode = (keep ? FALLOC_FL_ZERO_RANGE : FALLOC_FL_PUNCH_HOLE) | FALLOC_FL_KEEP_SIZE;
  int result;
  do {
    result = ::fallocate(fd_, mode, static_cast<off_t>(x.offset), static_cast<off_t>(x.length));
  } while (result != 0 && errno == EINTR);
  if (result == 0)
    return 0;
  const auto unaligned = errno == EINVAL && geometry_.block_device;
  if (errno != EOPNOTSUPP && errno != ENOSYS && errno != ENODEV && !unaligned)
    return errno;
  if (!zeroes)
    return 0; // a trim is advice; zeroes are a promise
  return x.only_if_fast ? EOPNOTSUPP : write_zero_bytes(x);
}

int file_backend::find_extents(io_request& x) const noexcept {
  extent_writer out{x};
  const auto end = static_cast<off_t>(x.offset + x.length);
  // Each turn goes on by at least a byte, in practice by a block of the file system, and adds an extent.
  for (auto at = static_cast<off_t>(x.offset); at < end;) {
    const auto data = ::lseek(fd_, at, SEEK_DATA);
    if (data < 0 && errno == ENXIO) { // a hole up to the end, unless the file was cut short behind our back
      if (::lseek(fd_, 0, SEEK_END) < static_cast<off_t>(traits_.size_bytes))
        return EIO;
      out.add(static_cast<std::uint64_t>(end - at), true, true);
      return 0;
    }
    if (data > at && !out.add(static_cast<std::uint64_t>(data - at), true, true))
      return 0;
    at = std::max(at, data);
    // What cannot be told, or changes meanwhile, counts as data.
    const auto hole = data < 0 ? end : ::lseek(fd_, at, SEEK_HOLE);
    const auto stop = hole > at ? hole : end;
    if (!out.add(static_cast<std::uint64_t>(stop - at), false, false))
      return 0;
    at = stop;
  }
  return 0;
}

int file_backend::write_zero_bytes(io_request& x) noexcept {
  static constexpr std::size_t chunk = 64u << 10;
  alignas(4096) static const std::array<std::byte, chunk> zeroes{}; // as direct I/O needs it
  std::uint64_t done = 0;
  while (done < x.length) {
    const auto part = std::min<std::uint64_t>(chunk, x.length - done);
    const auto n = ::pwrite(fd_, zeroes.data(), part, static_cast<off_t>(x.offset + done));
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      x.failed_at = static_cast<std::uint32_t>(done);
      return n < 0 ? errno : EIO;
    }
    done += static_cast<std::uint64_t>(n);
  }
  return 0;
}

} // namespace sluice::gateway
