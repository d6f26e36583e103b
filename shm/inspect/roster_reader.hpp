// Who is alive, asked without taking part: no lock is taken that another process could see.
#pragma once

#include "shm/inspect/read_only_file.hpp"
#include "shm/inspect/snapshot.hpp"
#include "shm/mailslot/place.hpp"
#include "shm/mailslot/roster.hpp"

namespace sluice::shm::inspect {

class roster_reader {
public:
  /// Fails with `absent` when there is no roster, `other_layout` when it is another release's or no roster at all.
  [[nodiscard]] static outcome<roster_reader> open(const place& where);

  /// Number of the latest life of a role; 0: it has never run, or is no role.
  [[nodiscard]] std::uint32_t life_of(std::uint32_t role) const;

  /// Whether a participant runs, by the lock that it holds (F_OFD_GETLK; nothing is locked here). One system call.
  [[nodiscard]] liveness state_of(participant who) const;

  [[nodiscard]] uid_t owner() const {
    return file_.owner();
  }

private:
  roster_reader(read_only_file file, const roster& contents) : file_(std::move(file)), contents_(contents) {}

  read_only_file file_;
  roster contents_;
};

} // namespace sluice::shm::inspect
