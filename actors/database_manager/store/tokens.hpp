// Tokens of the interface in PostgreSQL: made, taken back, never deleted; no secret is here. Inside a transaction of
// the caller; libpqxx's exceptions pass through.
#pragma once

#include "actors/database_manager/store/outcome.hpp"
#include "actors/domain/access.hpp"

#include <string>
#include <vector>

#include <pqxx/pqxx>

namespace sluice::store {

/// Stores a token as it was made. already_exists if there is another one of that id (one in 10^12 that was made by
/// chance: make another); an equal one is answered and nothing changes. refused beyond max_access_tokens.
[[nodiscard]] outcome<access_token> create_token(pqxx::work& transaction, const access_token& x);

/// Takes a token back, from `now` on, and answers it; one that was taken back before stays as it was. not_found if
/// there is none.
[[nodiscard]] outcome<access_token> revoke_token(pqxx::work& transaction, const std::string& id, wall_time now);

/// All that were ever made, by id.
[[nodiscard]] std::vector<access_token> access_tokens(pqxx::work& transaction);

} // namespace sluice::store
