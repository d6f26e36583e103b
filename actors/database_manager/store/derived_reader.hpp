// Reads back what the derivation begins anew with: how far it came, the versions of agreements, and the rows since the
// oldest minute and interval that are not closed.
#pragma once

#include "actors/database_manager/history/derivation.hpp"
#include "actors/database_manager/store/session.hpp"

namespace sluice::store {

/// The versions that were in force at `since` or later, for a derivation that came so far.
[[nodiscard]] outcome<std::vector<history::version_span>> read_versions(session& connection, wall_time since);

/// Begins `to` anew from what is committed. Reads the rows in slices of a few seconds, each within the time-out of a
/// statement; those beyond `rows_at_once` are held, and read_on() is for them. Answers how many rows it read.
[[nodiscard]] outcome<std::uint64_t> read_back(session& connection, history::derivation& to);

/// Reads the next rows that are held, from `from` on; when there are no more, nothing is held any longer.
[[nodiscard]] outcome<std::uint64_t> read_on(session& connection, history::derivation& to, std::int64_t from);

/// So many rows are read before those that were are worked off. Chosen: 20 s of 10,000 streams, 160 MB, 2 s.
inline constexpr std::size_t rows_at_once = 200'000;

} // namespace sluice::store
