// Times that count neither way, in PostgreSQL: entered, taken back by another entry, never changed. Inside a
// transaction of the caller; libpqxx's exceptions pass through. Which times an entry means is in actors/calendar.
#pragma once

#include "actors/database_manager/store/outcome.hpp"
#include "actors/domain/record.hpp"

#include <string>
#include <vector>

#include <pqxx/pqxx>

namespace sluice::store {

/// Entries that one page of a list has at most.
inline constexpr std::size_t max_listed_exclusions = 1'000;

/// Enters it, in the ledger too, and answers it with its number. Refused without author, reason or length; refused also
/// if it begins before `closed_until` (the end of the last period that ended for any agreement that it may be about)
/// and does not say that it is a correction. One that says so and touches no such period is entered as none. An equal
/// entry that was not taken back is answered and nothing changes.
[[nodiscard]] outcome<exclusion> create_exclusion(pqxx::work& transaction, const exclusion& x, wall_time closed_until,
                                                  wall_time now);

/// Takes an entry back by another one. What had ended stays excluded in periods that were closed, unless it is a
/// correction: hence refused for a single time that begins before `closed_until` and no correction. not_found if there
/// is no such entry; already_exists if it was taken back before, or is itself one that takes back.
[[nodiscard]] outcome<exclusion> withdraw_exclusion(pqxx::work& transaction, std::int64_t id, const std::string& author,
                                                    const std::string& reason, bool correction, wall_time closed_until,
                                                    wall_time now);

/// Entries in their order, those that take back included, after number `after`; at most max_listed_exclusions.
[[nodiscard]] std::vector<exclusion> list_exclusions(pqxx::work& transaction, std::int64_t after = 0);

} // namespace sluice::store
