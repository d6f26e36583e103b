// Brings the database's schema to the newest version, and refuses one that this program does not know.
#pragma once

#include "actors/database_manager/store/migration.hpp"
#include "actors/database_manager/store/session.hpp"

namespace sluice::store {

/// What the schema is after `migrate`.
struct schema_state {
  std::uint32_t version = 0;
  std::vector<migration> applied; ///< the steps that were applied now
};

/// Applies what is missing, all in one transaction under an advisory lock, so that two managers that start at once do
/// not meet. Fails with wrong_schema if the database is newer than `known`, or was built from other texts.
[[nodiscard]] outcome<schema_state> migrate(session& connection, const std::vector<migration>& known);

} // namespace sluice::store
