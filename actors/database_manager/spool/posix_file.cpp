// Calls on files.
#include "actors/database_manager/spool/posix_file.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice::spool {

namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error{errno, std::generic_category(), what};
}

/// Closes at the end of a scope.
struct closing {
  int file;
  ~closing() {
    ::close(file);
  }
};

} // namespace

int open_file(const std::filesystem::path& path, int flags) {
  const int file = ::open(path.c_str(), flags, 0600);
  if (file < 0)
    fail(path.string());
  return file;
}

std::string read_part(const std::filesystem::path& path, std::uint64_t offset, std::uint64_t bytes) {
  const closing x{open_file(path, O_RDONLY | O_CLOEXEC)};
  std::string text(bytes, '\0');
  std::size_t got = 0;
  while (got < text.size()) {
    const auto n = ::pread(x.file, text.data() + got, text.size() - got, static_cast<::off_t>(offset + got));
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      fail(path.string());
    if (n == 0)
      break;
    got += static_cast<std::size_t>(n);
  }
  text.resize(got);
  return text;
}

std::string read_file(const std::filesystem::path& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0)
    fail(path.string());
  return read_part(path, 0, static_cast<std::uint64_t>(about.st_size));
}

void write_at(int file, std::string_view bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const auto n = ::pwrite(file, bytes.data(), bytes.size(), static_cast<::off_t>(offset));
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      fail("writing to the spool");
    bytes.remove_prefix(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
}

void sync_file(int file) {
  if (::fdatasync(file) != 0)
    fail("syncing the spool");
}

void truncate_file(const std::filesystem::path& path, std::uint64_t bytes) {
  const closing x{open_file(path, O_WRONLY | O_CLOEXEC)};
  if (::ftruncate(x.file, static_cast<::off_t>(bytes)) != 0)
    fail(path.string());
  sync_file(x.file);
}

void sync_directory(const std::filesystem::path& path) {
  const closing x{open_file(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (::fsync(x.file) != 0)
    fail(path.string());
}

} // namespace sluice::spool
