// Writes what was derived, and decisions, with their place in the chains: each once, since how far it came is committed
// with it. Inside a transaction of the caller; libpqxx's exceptions pass.
#pragma once

#include "actors/database_manager/history/derivation.hpp"
#include "actors/database_manager/store/row_writer.hpp"

#include <pqxx/pqxx>

namespace sluice::store {

/// Minutes, hours, verdicts with their counts per hour, and the progress.
void write_derived(pqxx::work& transaction, const history::derived& x);

/// Stores the batches' decisions that are not there yet and adds to `fresh` how many of each batch were new.
void write_decisions(pqxx::work& transaction, batches_view batches, std::vector<std::uint64_t>& fresh);

} // namespace sluice::store
