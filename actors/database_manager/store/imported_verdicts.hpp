// Verdicts from elsewhere, in PostgreSQL: kept apart from what was judged here, in no account and in no chain. Inside a
// transaction of the caller; libpqxx's exceptions pass through.
#pragma once

#include "actors/domain/export_question.hpp"

#include <cstdint>

#include <pqxx/pqxx>

namespace sluice::store {

/// Stores those whose key (agreement, since, point, version) is not there yet, and answers how many that were.
/// @pre each is storable (problem_with)
[[nodiscard]] std::uint64_t import_verdicts(pqxx::work& transaction, const verdict_import& x, wall_time now);

/// Why they cannot be stored, in one sentence; empty = they can.
[[nodiscard]] std::string problem_with(const verdict_import& x);

} // namespace sluice::store
