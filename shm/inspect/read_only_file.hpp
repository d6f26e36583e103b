// A file opened so that nothing of it can change: read-only, not even its access time. Knows no mailbox.
#pragma once

#include "shm/mailslot/failure.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

#include <sys/types.h>

namespace sluice::shm::inspect {

/// Move-only. Refuses anything but a regular file; does not follow a symbolic link in the last place.
class read_only_file {
public:
  /// Fails with `absent`, `other_layout` (no regular file) or `system`.
  [[nodiscard]] static outcome<read_only_file> open(const std::filesystem::path& file);

  read_only_file(read_only_file&& other) noexcept;
  read_only_file& operator=(read_only_file&& other) noexcept;
  read_only_file(const read_only_file&) = delete;
  read_only_file& operator=(const read_only_file&) = delete;
  ~read_only_file();

  [[nodiscard]] int descriptor() const {
    return fd_;
  }
  [[nodiscard]] std::uint64_t bytes() const {
    return bytes_;
  }
  [[nodiscard]] uid_t owner() const {
    return owner_;
  }
  /// When the file was made; empty if the file system does not keep that.
  [[nodiscard]] std::optional<std::chrono::system_clock::time_point> born() const;

  /// Fills `into` from the file's beginning. @returns false if the file is shorter or unreadable
  [[nodiscard]] bool read(std::span<std::byte> into) const;

private:
  read_only_file(int fd, std::uint64_t bytes, uid_t owner) : fd_(fd), bytes_(bytes), owner_(owner) {}

  int fd_ = -1;
  std::uint64_t bytes_ = 0;
  uid_t owner_ = 0;
};

} // namespace sluice::shm::inspect
