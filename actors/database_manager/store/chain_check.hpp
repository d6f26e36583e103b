// Verifies in the database what an export verifies offline: every chain, root and signature, and that the tables of
// terms say what the ledger says. Reads only.
#pragma once

#include "actors/domain/units.hpp"

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include <pqxx/pqxx>

namespace sluice::store {

/// The first place that is not as it was written.
struct broken_place {
  std::string chain;          ///< as in chain_heads; `roots` for a root that is wrong by itself
  std::uint64_t position = 0; ///< of the entry; 0 = the chain as a whole
  std::string what;           ///< one sentence
};

struct check_report {
  std::uint64_t chains = 0;
  std::uint64_t entries = 0;
  std::uint64_t roots = 0;
  /// Entries at the beginnings of chains that nothing proves: retention dropped what they follow, up to the next root.
  std::uint64_t unproved = 0;
  std::optional<broken_place> broken; ///< nothing: all is as it was written
};

/// Entries verified so far, for whoever watches from another thread. RELAXED: it stands for itself.
using check_progress = std::atomic<std::uint64_t>;

/// Streams all chains, in one snapshot: give it a transaction in which nothing was done yet. Verdicts and decisions may
/// be missing at the beginning of a chain if they are older than these; nothing else may.
/// Cannot find that the newest entries of a chain, those after the last root, were removed together with its head.
[[nodiscard]] check_report verify_all(pqxx::work& transaction, wall_time verdicts_kept_since,
                                      wall_time decisions_kept_since, check_progress* seen = nullptr);

} // namespace sluice::store
