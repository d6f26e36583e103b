// What happened between two looks at an instance. Pure.
#pragma once

#include "shm/inspect/snapshot.hpp"

#include <optional>
#include <string>

namespace sluice::shm::inspect {

/// Per second, over the time between two looks.
struct lane_rate {
  double messages = 0;
  double bytes = 0;
};

/// The same life of the same mailbox in an earlier look; nullptr: there is none, or its process was restarted since.
[[nodiscard]] const mailbox_found* same_life(const mailbox_found& now, const snapshot* before);

/// Whether the receiver went round between the looks. Empty: nothing to compare with.
[[nodiscard]] std::optional<bool> heartbeat_moved(const mailbox_found& now, const snapshot* before);

/// Of lane number `index`. Empty: nothing to compare with.
[[nodiscard]] std::optional<lane_rate> rate_of(const mailbox_found& now, std::size_t index, const moment& when,
                                               const snapshot* before);

/// A look with the earlier ones that it is compared with; nullptr: none.
struct compared_look {
  const snapshot& now;
  const snapshot* beats = nullptr; ///< for heartbeats: long enough ago for an interval between beats
  const snapshot* rates = nullptr; ///< for rates: the look before; null where none are wanted
  std::string only = {};           ///< show the mailbox of this receiver only; empty: all

  [[nodiscard]] bool shows(const mailbox_found& x) const {
    return only.empty() || x.name == only;
  }
};

} // namespace sluice::shm::inspect
