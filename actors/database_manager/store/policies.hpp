// The policy in PostgreSQL: every version is kept, at most one is in force. Inside a transaction of the caller;
// libpqxx's exceptions pass through.
#pragma once

#include "actors/database_manager/store/outcome.hpp"
#include "actors/domain/policy_document.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <pqxx/pqxx>

namespace sluice::store {

/// Stores a new version, valid from `now`. An equal policy changes nothing and is answered as stored.
[[nodiscard]] outcome<policy_document> replace_policy(pqxx::work& transaction, const policy_document& x, wall_time now);

/// The newest max_policy_history versions, newest first; none if there never was one.
[[nodiscard]] std::vector<policy_document> policy_history(pqxx::work& transaction);

/// One version; an empty one of version 0 if there is no such.
[[nodiscard]] policy_document policy_version(pqxx::work& transaction, std::uint32_t version);

/// What is in force; an empty one of version 0 if there never was one.
[[nodiscard]] policy_document policy_in_force(pqxx::work& transaction);

} // namespace sluice::store
