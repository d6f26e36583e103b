// The signed root of each UTC day in PostgreSQL. Inside a transaction of the caller; libpqxx's exceptions pass through.
#pragma once

#include "actors/database_manager/store/ledger.hpp"
#include "actors/evidence/root.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <pqxx/pqxx>

namespace sluice::store {

/// How long after its end a day waits for its last verdicts. Whatever comes later is in the next day's root. Chosen: an
/// interval lasts at most an hour.
inline constexpr std::chrono::hours root_patience{2};

/// Days that one round makes at most, after the database manager or PostgreSQL was away for long.
inline constexpr std::size_t max_roots_per_round = 31;

/// Makes the root of the earliest day that ended and has none: of all chains as they were at its end, signed, with its
/// leaves, and entered in the ledger. Nothing if there is no such day, or if its verdicts are not all there and may
/// still come. Trusts the earlier of `now` and PostgreSQL's clock: a clock that jumped ahead signs no day that is to
/// come.
[[nodiscard]] std::optional<evidence::signed_root> make_next_root(pqxx::work& transaction,
                                                                  const evidence::signing_key& key, wall_time now);

/// A root with its leaves in their order; nothing if there is none of that day.
struct root_with_leaves {
  evidence::signed_root root;
  std::vector<evidence::leaf> leaves;
};
[[nodiscard]] std::optional<root_with_leaves> read_root(pqxx::work& transaction, wall_time day);

/// Where one chain was in each root, by day, ascending.
struct day_position {
  wall_time day;
  std::uint64_t position = 0;
  evidence::digest hash{};
};
[[nodiscard]] std::vector<day_position> leaves_of_chain(pqxx::work& transaction, const std::string& chain);

} // namespace sluice::store
