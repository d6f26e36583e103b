// Which peers we are connected to: at most one life per role. Opens mailboxes and starts the watch on their owners.
#pragma once

#include "shm/mailslot/participant.hpp"
#include "shm/transport/peer.hpp"
#include "shm/transport/settings.hpp"

#include <array>
#include <functional>
#include <vector>

namespace sluice::shm {

/// Thread safe.
class peer_table {
public:
  /// `died` is called once per peer that has died, in the thread of its watch; the table has forgotten it by then.
  /// @pre `settings` and `own` outlive the table; forget_all() comes before the destructor.
  peer_table(const transport_settings& settings, const membership& own, std::function<void(const peer_ptr&)> died);

  /// The peer that runs `role` now, or in the life `incarnation` if that is not zero. Connects when needed: opens a
  /// file, does not wait. Nullptr: not running, or in another life; `why` says so if given.
  [[nodiscard]] peer_ptr connect(std::uint32_t role, std::uint64_t incarnation = 0, failure* why = nullptr);

  [[nodiscard]] std::vector<peer_ptr> all() const;

  /// Ends the watches of the dead. Called by the courier, never by a watch itself.
  void bury();

  /// Marks every peer down and ends all watches.
  void forget_all();

  /// Number of `role_name`, 0 when there is none.
  [[nodiscard]] std::uint32_t role_number(std::string_view role_name) const;

private:
  peer_ptr open(std::uint32_t role, std::uint64_t incarnation, failure& why);
  void on_death(const peer_ptr& dead);

  const transport_settings& settings_;
  const membership& own_;
  const place where_;
  const std::function<void(const peer_ptr&)> died_;
  mutable std::mutex mutex_;
  std::array<peer_ptr, max_roles + 1> by_role_;
  std::array<bool, max_roles + 1> refused_{}; // of another layout, and its owner has been told
  std::vector<peer_ptr> watched_;             // all whose watch has not been ended, replaced lives included
  std::vector<peer_ptr> dead_;                // those of them whose watch may be ended
};

} // namespace sluice::shm
