// A mailbox file mapped for reading only: checked once, then looked at. Not a participant of its protocol.
#pragma once

#include "shm/inspect/read_only_file.hpp"
#include "shm/inspect/roster_reader.hpp"
#include "shm/inspect/snapshot.hpp"
#include "shm/mailslot/lane.hpp"

#include <string>

namespace sluice::shm::inspect {

/// Looks at the mailbox in `file`, whose name says that its receiver is `name`. Never fails: what cannot be read has a
/// `problem`. Asks `roster`, if there is one, who is alive. `sender_name` of the lanes is left empty.
[[nodiscard]] mailbox_found read_mailbox(const std::filesystem::path& file, const std::string& name,
                                         const roster_reader* roster, std::uint32_t now_ms);

} // namespace sluice::shm::inspect
