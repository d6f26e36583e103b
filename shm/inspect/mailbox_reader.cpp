// Checking, mapping and reading a mailbox file.
#include "shm/inspect/mailbox_reader.hpp"

#include "shm/inspect/lane_reader.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <system_error>

#include <sys/mman.h>

namespace sluice::shm::inspect {

namespace {

/// The fields that are checked, copied once: what is mapped later may change under our eyes.
struct checked_header {
  std::uint64_t magic = 0;
  std::uint32_t version = 0;
  std::uint32_t header_bytes = 0;
  std::uint32_t lanes = 0;
  std::uint32_t slots_per_lane = 0;
  std::uint32_t slot_bytes = 0;
  std::uint32_t role = 0;
  std::uint64_t incarnation = 0;
  std::uint64_t total_bytes = 0;
};
static_assert(sizeof(checked_header) == offsetof(segment_header, closing));
static_assert(offsetof(checked_header, role) == offsetof(segment_header, role));
static_assert(offsetof(checked_header, total_bytes) == offsetof(segment_header, total_bytes));

/// Fills what the header says; @returns what is wrong with it, empty if nothing.
std::string check(const read_only_file& file, mailbox_found& into) {
  checked_header h;
  if (!file.read(std::as_writable_bytes(std::span{&h, 1})) || h.magic != segment_magic)
    return "is no Sluice mailbox";
  into.version = h.version;
  if (h.version != layout_version)
    return "has layout version " + std::to_string(h.version) + ", this program knows only version "
           + std::to_string(layout_version);
  into.sizes = {h.lanes, h.slots_per_lane, h.slot_bytes};
  if (h.header_bytes != header_bytes || !into.sizes.valid() || h.total_bytes != into.sizes.total_bytes()
      || file.bytes() != into.sizes.total_bytes())
    return "has sizes that do not fit together";
  if (h.role == 0 || h.role > max_roles || h.incarnation == 0)
    return "names no receiver";
  into.role = h.role;
  into.incarnation = h.incarnation;
  return {};
}

/// The file's bytes, PROT_READ: a write through it ends this program, not the system that it looks at.
class mapping {
public:
  mapping(const read_only_file& file, std::size_t bytes)
      : bytes_(bytes), at_(::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file.descriptor(), 0)) {}
  ~mapping() {
    if (at_ != MAP_FAILED)
      ::munmap(at_, bytes_);
  }
  mapping(const mapping&) = delete;
  mapping& operator=(const mapping&) = delete;

  [[nodiscard]] explicit operator bool() const {
    return at_ != MAP_FAILED;
  }
  [[nodiscard]] segment_header& header() const {
    return *static_cast<segment_header*>(at_);
  }
  [[nodiscard]] lane lane_at(std::uint32_t index, const geometry& sizes) const {
    auto* slots =
        static_cast<std::byte*>(at_) + header_bytes + std::uint64_t{index} * sizes.slots_per_lane * sizes.slot_bytes;
    return {header().lane[index], slots, sizes};
  }

private:
  std::size_t bytes_;
  void* at_;
};

void name_states(lane_found& x, const roster_reader* roster) {
  for (auto& held : x.holders)
    if (roster != nullptr)
      held.state = roster->state_of(held.who);
}

} // namespace

mailbox_found read_mailbox(const std::filesystem::path& file, const std::string& name, const roster_reader* roster,
                           std::uint32_t now_ms) {
  mailbox_found found;
  found.name = name;
  found.file = file;
  const auto opened = [&]() -> outcome<read_only_file> {
    return read_only_file::open(file);
  };
  auto source = opened();
  if (!source) {
    found.problem = source.why().sentence;
    return found;
  }
  if (roster != nullptr && source->owner() != roster->owner()) { // a world-writable directory
    found.problem = file.string() + " belongs to another user than the roster";
    return found;
  }
  if (const auto why = check(*source, found); !why.empty()) {
    found.problem = file.string() + " " + why;
    return found;
  }
  const mapping bytes{*source, static_cast<std::size_t>(found.sizes.total_bytes())};
  if (!bytes) {
    found.problem = "cannot map " + file.string() + ": " + std::generic_category().message(errno);
    return found;
  }
  found.since = source->born();
  if (roster != nullptr)
    found.state = roster->state_of(participant::of(found.role, found.incarnation));
  const auto& header = bytes.header();
  found.heartbeat = header.heartbeat.load(std::memory_order_relaxed);
  found.sleeping = header.sleeping.load(std::memory_order_relaxed) != 0;
  found.closing = header.closing.load(std::memory_order_relaxed) != 0;
  for (std::uint32_t i = 0; i < found.sizes.lanes; ++i) {
    found.lanes.push_back(read_lane(bytes.lane_at(i, found.sizes), i + 1, now_ms));
    name_states(found.lanes.back(), roster);
  }
  return found;
}

} // namespace sluice::shm::inspect
