// Who is alive: roles held and deaths noticed through file locks that the kernel drops at death. No pids, no clocks.
#pragma once

#include "shm/mailslot/failure.hpp"
#include "shm/mailslot/owner_word.hpp"
#include "shm/mailslot/place.hpp"

#include <cstdint>
#include <optional>

namespace sluice::shm {

/// Somebody could not talk to one of us because the two have different layouts.
struct layout_refusal {
  std::uint32_t role = 0;           ///< of who left the word; from the file: may be anything
  std::uint32_t layout_version = 0; ///< that of its program
};

/// One process's membership in an instance. While it exists, the role is taken and the participant alive.
///
/// A small file per instance holds the number of lives of every role. Locks are "open file description" locks
/// (F_OFD_SETLK): they end with the process, in whatever pid namespace, and not with some other close() in it. A child
/// made by fork() without exec() shares the lock; such a child must not outlive its parent.
///
/// Thread safety: the queries may be called by any thread, next_refusal() by one.
class membership {
public:
  /// Takes `role` (1 to max_roles) for this process and gives it a life of its own. Refuses with `in_use` when
  /// another process has it, with `other_layout` when the instance is run by another release. Waits at most 2 s for
  /// others that are starting or leaving at this moment.
  [[nodiscard]] static outcome<membership> join(const place& where, std::uint32_t role, std::string_view role_name);

  membership(membership&& other) noexcept;
  membership& operator=(membership&& other) noexcept;
  membership(const membership&) = delete;
  membership& operator=(const membership&) = delete;
  /// Gives the role back. The last one out removes the files of the instance.
  ~membership();

  [[nodiscard]] participant self() const {
    return self_;
  }
  /// Random, with the life number in its lowest bits: participant::of(role, incarnation) == self().
  [[nodiscard]] std::uint64_t incarnation() const {
    return incarnation_;
  }
  /// Leaves word for all who run in this instance that we refused, or were refused by, one of another layout. Kept in
  /// the roster at a place that no layout_version moves, so that each release can read it. Harmless where it cannot be
  /// left.
  void note_refusal() const;

  /// The newest such word that others have left since we joined or since the last call. One system call.
  [[nodiscard]] std::optional<layout_refusal> next_refusal();

  /// Whether `other` still runs. One system call.
  [[nodiscard]] bool alive(participant other) const;

  /// Blocks until `other` has died or the calling thread gets a signal whose handler does not restart calls.
  /// @returns true when dead.
  [[nodiscard]] bool wait_for_death(participant other) const;

private:
  membership(place where, int fd, participant self, std::uint64_t incarnation);
  void leave();

  place where_;
  int fd_ = -1;
  participant self_;
  std::uint64_t incarnation_ = 0;
  std::uint32_t refusals_seen_ = 0;
};

} // namespace sluice::shm
