// Agreements in PostgreSQL: every version is kept, at most one of a name is in force. Inside a transaction of the
// caller; libpqxx's exceptions pass through.
#pragma once

#include "actors/database_manager/store/outcome.hpp"
#include "actors/domain/agreement.hpp"
#include "actors/domain/judged_span.hpp"

#include <string>
#include <vector>

#include <pqxx/pqxx>

namespace sluice::store {

/// Stores a first version (or the next one of a name that was ended). already_exists if one is in force, unless that
/// one has the same terms: then it is answered and nothing changes.
[[nodiscard]] outcome<agreement> create_agreement(pqxx::work& transaction, const agreement& x, wall_time now);

/// Stores a new version, valid from `now`. Equal terms change nothing and are answered as stored.
[[nodiscard]] outcome<agreement> replace_agreement(pqxx::work& transaction, const agreement& x, wall_time now);

/// Ends what is in force and answers it; not_found if nothing is.
[[nodiscard]] outcome<agreement> end_agreement(pqxx::work& transaction, const std::string& name, wall_time now);

/// All versions, newest first; not_found if there never was one.
[[nodiscard]] outcome<std::vector<agreement>> agreement_history(pqxx::work& transaction, const std::string& name);

/// What is in force, by name.
[[nodiscard]] std::vector<agreement> agreements_in_force(pqxx::work& transaction);

/// The versions that were in force at some time in [from, to), by name and version. An empty name or tenant stands for
/// all.
[[nodiscard]] std::vector<agreement_period> agreement_periods(pqxx::work& transaction, const std::string& name,
                                                              const std::string& tenant, wall_time from, wall_time to);

/// The versions that were in force at `since` or later, each with its end; without one the greatest time.
[[nodiscard]] std::vector<std::pair<agreement, wall_time>> agreements_since(pqxx::work& transaction, wall_time since);

} // namespace sluice::store
