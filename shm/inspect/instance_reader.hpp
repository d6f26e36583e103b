// Finds the instances in a directory and takes one look at all of one.
#pragma once

#include "shm/inspect/snapshot.hpp"
#include "shm/mailslot/failure.hpp"
#include "shm/mailslot/place.hpp"

#include <string>
#include <vector>

namespace sluice::shm::inspect {

/// Most names of a directory that are read; what comes after them is not seen.
inline constexpr std::size_t max_names = 65'536;

/// Most mailboxes of one instance that are looked at.
inline constexpr std::size_t max_mailboxes = max_roles;

/// Names of the instances that have files in `directory`, sorted. Fails with `absent` or `system` if it cannot be read.
[[nodiscard]] outcome<std::vector<std::string>> instances_in(const std::filesystem::path& directory);

/// One look at every mailbox of an instance. Opens each file anew and keeps none: a restarted process makes a new one.
/// Fails with `absent` when the instance has no files, and with `invalid`, `system`; what is wrong with one file is
/// said there. Writes nothing, takes no lock, waits for nobody. Thread safe.
[[nodiscard]] outcome<snapshot> look_at(const place& where, const moment& when);

} // namespace sluice::shm::inspect
