// Creating, opening and checking mailbox files. The only file that uses Boost.Interprocess.
#include "shm/mailslot/segment.hpp"

#include <boost/interprocess/exceptions.hpp>
#include <boost/interprocess/file_mapping.hpp>

#include <cerrno>
#include <cstring>
#include <new>
#include <optional>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice::shm {

namespace {

namespace bip = boost::interprocess;

failure system_failure(const std::filesystem::path& file, const char* action, int error) {
  return {failure_kind::system,
          std::string{"cannot "} + action + " " + file.string() + ": " + std::generic_category().message(error)};
}

/// Makes the file with all its pages. Empty when it worked.
std::optional<failure> make_file(const std::filesystem::path& file, std::uint64_t bytes) {
  ::unlink(file.c_str());
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return system_failure(file, "create", errno);
  const int error = ::posix_fallocate(fd, 0, static_cast<off_t>(bytes));
  ::close(fd);
  if (error == 0)
    return std::nullopt;
  ::unlink(file.c_str());
  return system_failure(file, "reserve memory for", error);
}

void lay_out(void* at, const geometry& sizes, std::uint32_t role, std::uint64_t incarnation) {
  auto* header = new (at) segment_header{};
  header->version = layout_version;
  header->header_bytes = static_cast<std::uint32_t>(header_bytes);
  header->lanes = sizes.lanes;
  header->slots_per_lane = sizes.slots_per_lane;
  header->slot_bytes = sizes.slot_bytes;
  header->role = role;
  header->incarnation = incarnation;
  header->total_bytes = sizes.total_bytes();
  // A fresh file is all zeros, and a zero word is "lap 0, nobody, free": the slots need no work.
  static_assert(owner_word(0, {}, slot_state::free) == 0);
  header->magic = segment_magic;
}

/// What is wrong with a mapped header; empty when it can be used.
std::string refusal(const segment_header& h, const geometry& sizes, std::uint64_t file_bytes, std::uint32_t role) {
  if (h.magic != segment_magic)
    return "is no Sluice mailbox";
  if (h.version != layout_version)
    return "has layout version " + std::to_string(h.version) + ", this program has version "
           + std::to_string(layout_version) + ": run the same release in all processes";
  if (h.header_bytes != header_bytes || !sizes.valid() || h.total_bytes != sizes.total_bytes()
      || file_bytes != sizes.total_bytes())
    return "has sizes that do not fit together";
  if (h.role != role)
    return "belongs to role number " + std::to_string(h.role) + ", not " + std::to_string(role)
           + ": the processes disagree on the roles";
  if (h.incarnation == 0)
    return "names no incarnation";
  return {};
}

} // namespace

segment::segment(bip::mapped_region region, const geometry& sizes, std::uint64_t incarnation)
    : region_(std::move(region)), sizes_(sizes), incarnation_(incarnation) {}

outcome<segment> segment::create(const std::filesystem::path& file, const geometry& sizes, std::uint32_t role,
                                 std::uint64_t incarnation) {
  if (!sizes.valid())
    return failure{
        failure_kind::invalid,
        "a mailbox needs 1 to 8 lanes, a power of two from 4 to 65536 of slots per lane, and slots of 256 to "
        "1048576 bytes in multiples of 64"};
  auto fresh = file;
  fresh += ".new";
  if (auto problem = make_file(fresh, sizes.total_bytes()))
    return *problem;
  try {
    const bip::file_mapping mapping{fresh.c_str(), bip::read_write};
    bip::mapped_region region{mapping, bip::read_write};
    lay_out(region.get_address(), sizes, role, incarnation);
    if (::rename(fresh.c_str(), file.c_str()) != 0) {
      const int error = errno;
      ::unlink(fresh.c_str());
      return system_failure(file, "put in place", error);
    }
    return segment{std::move(region), sizes, incarnation};
  } catch (const bip::interprocess_exception& error) {
    ::unlink(fresh.c_str());
    return system_failure(file, "map", error.get_native_error());
  }
}

outcome<segment> segment::open(const std::filesystem::path& file, std::uint32_t role) {
  try {
    const bip::file_mapping mapping{file.c_str(), bip::read_write};
    struct stat about {};
    if (::fstat(mapping.get_mapping_handle().handle, &about) != 0)
      return system_failure(file, "inspect", errno);
    if (about.st_uid != ::geteuid()) // a world-writable directory: anybody can put a file of this name there
      return failure{failure_kind::system, file.string() + " belongs to another user"};
    if (!S_ISREG(about.st_mode) || about.st_size < static_cast<off_t>(header_bytes))
      return failure{failure_kind::other_layout, file.string() + " is no Sluice mailbox"};
    bip::mapped_region region{mapping, bip::read_write};
    const auto& header = *static_cast<const segment_header*>(region.get_address());
    const geometry sizes{header.lanes, header.slots_per_lane, header.slot_bytes};
    const auto incarnation = header.incarnation;
    if (auto why = refusal(header, sizes, static_cast<std::uint64_t>(about.st_size), role); !why.empty())
      return failure{failure_kind::other_layout, file.string() + " " + why};
    if (header.closing.load(std::memory_order_acquire) != 0)
      return failure{failure_kind::dead, "the receiver of " + file.string() + " is closing"};
    return segment{std::move(region), sizes, incarnation};
  } catch (const bip::interprocess_exception& error) {
    if (error.get_error_code() == bip::not_found_error)
      return failure{failure_kind::absent, file.string() + " does not exist"};
    return system_failure(file, "open", error.get_native_error());
  }
}

lane segment::lane_at(std::uint32_t index) const {
  auto* slots = static_cast<std::byte*>(region_.get_address()) + header_bytes
                + std::uint64_t{index} * sizes_.slots_per_lane * sizes_.slot_bytes;
  return {header().lane[index], slots, sizes_};
}

} // namespace sluice::shm
