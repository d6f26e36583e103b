// Operators' orders in PostgreSQL: every one is kept, at most one per stream is in force. Inside a transaction of the
// caller; libpqxx's exceptions pass through.
#pragma once

#include "actors/database_manager/store/outcome.hpp"
#include "actors/domain/agreement.hpp"

#include <string>
#include <vector>

#include <pqxx/pqxx>

namespace sluice::store {

/// Stores an order, replacing the one for its stream. One that is equal but for `since` changes nothing and is answered
/// as stored. `since` is set to `now`.
[[nodiscard]] outcome<override_order> order_override(pqxx::work& transaction, const override_order& x, wall_time now);

/// Takes the stream's order back and answers it; not_found if none is in force.
[[nodiscard]] outcome<override_order> retract_override(pqxx::work& transaction, const stream_id& stream, wall_time now);

/// What is neither replaced nor taken back nor, at `now`, expired; by stream.
[[nodiscard]] std::vector<override_order> overrides_in_force(pqxx::work& transaction, wall_time now);

} // namespace sluice::store
