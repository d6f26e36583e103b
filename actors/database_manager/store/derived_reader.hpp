// Reads back what the derivation begins anew with: how far it came, the versions of agreements, and the rows since the
// oldest minute and interval that are not closed.
#pragma once

#include "actors/database_manager/history/derivation.hpp"
#include "actors/database_manager/store/session.hpp"

namespace sluice::store {

/// The versions that were in force at `since` or later, for a derivation that came so far.
[[nodiscard]] outcome<std::vector<history::version_span>> read_versions(session& connection, wall_time since);

/// Begins `to` anew from what is committed. Reads the rows in slices of a few seconds, each within the time-out of a
/// statement. Answers how many rows it read.
[[nodiscard]] outcome<std::uint64_t> read_back(session& connection, history::derivation& to);

} // namespace sluice::store
