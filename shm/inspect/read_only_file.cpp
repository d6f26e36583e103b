// Opening, and what the file system says about the file.
#include "shm/inspect/read_only_file.hpp"

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice::shm::inspect {

outcome<read_only_file> read_only_file::open(const std::filesystem::path& file) {
  // O_NONBLOCK: a pipe of that name must not make us wait for its writer.
  constexpr int how = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  int fd = ::open(file.c_str(), how | O_NOATIME);
  if (fd < 0 && errno == EPERM) // only the owner may ask for that
    fd = ::open(file.c_str(), how);
  if (fd < 0 && errno == ELOOP)
    return failure{failure_kind::other_layout, file.string() + " is a symbolic link"};
  if (fd < 0)
    return failure{errno == ENOENT ? failure_kind::absent : failure_kind::system,
                   "cannot read " + file.string() + ": " + std::generic_category().message(errno)};
  struct stat about {};
  if (::fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
    ::close(fd);
    return failure{failure_kind::other_layout, file.string() + " is no regular file"};
  }
  return read_only_file{fd, static_cast<std::uint64_t>(about.st_size), about.st_uid};
}

read_only_file::read_only_file(read_only_file&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), bytes_(other.bytes_), owner_(other.owner_) {}

read_only_file& read_only_file::operator=(read_only_file&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(bytes_, other.bytes_);
  std::swap(owner_, other.owner_);
  return *this;
}

read_only_file::~read_only_file() {
  if (fd_ >= 0)
    ::close(fd_);
}

std::optional<std::chrono::system_clock::time_point> read_only_file::born() const {
  struct statx about {};
  if (::statx(fd_, "", AT_EMPTY_PATH, STATX_BTIME, &about) != 0 || (about.stx_mask & STATX_BTIME) == 0)
    return std::nullopt;
  const auto since = std::chrono::seconds{about.stx_btime.tv_sec} + std::chrono::nanoseconds{about.stx_btime.tv_nsec};
  return std::chrono::system_clock::time_point{std::chrono::duration_cast<std::chrono::system_clock::duration>(since)};
}

bool read_only_file::read(std::span<std::byte> into) const {
  return ::pread(fd_, into.data(), into.size(), 0) == static_cast<ssize_t>(into.size());
}

} // namespace sluice::shm::inspect
