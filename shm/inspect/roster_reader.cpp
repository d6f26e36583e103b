// Reading the roster and asking for its locks.
#include "shm/inspect/roster_reader.hpp"

#include <fcntl.h>

namespace sluice::shm::inspect {

outcome<roster_reader> roster_reader::open(const place& where) {
  auto file = read_only_file::open(where.roster());
  if (!file)
    return file.why();
  roster found;
  if (!file->read(std::as_writable_bytes(std::span{&found, 1})) || found.magic != roster_magic)
    return failure{failure_kind::other_layout, where.roster().string() + " is no Sluice roster"};
  if (found.version != layout_version)
    return failure{failure_kind::other_layout,
                   where.roster().string() + " has layout version " + std::to_string(found.version)
                       + ", this program knows only version " + std::to_string(layout_version)};
  return roster_reader{std::move(*file), found};
}

std::uint32_t roster_reader::life_of(std::uint32_t role) const {
  return role >= 1 && role <= max_roles ? contents_.lives[role] & participant::life_mask : 0;
}

liveness roster_reader::state_of(participant who) const {
  if (who.role() == 0 || who.role() > max_roles)
    return liveness::unknown;
  struct flock x {};
  x.l_type = F_RDLCK; // would be refused by the holder's write lock, not by a watch that waits for its end
  x.l_whence = SEEK_SET;
  x.l_start = life_byte + static_cast<off_t>(who.number);
  x.l_len = 1;
  if (::fcntl(file_.descriptor(), F_OFD_GETLK, &x) != 0)
    return liveness::unknown;
  return x.l_type == F_UNLCK ? liveness::dead : liveness::alive;
}

} // namespace sluice::shm::inspect
