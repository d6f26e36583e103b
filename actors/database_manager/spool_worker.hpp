// The actor that waits for the disk: writes batches to the spool and reads them back. Translates; decides nothing.
#pragma once

#include "actors/database_manager/spool/spool.hpp"
#include "actors/database_manager/store_worker.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace sluice {

/// Batches to be synced to disk. Never leaves the process.
struct spool_group {
  std::vector<std::shared_ptr<const store::packed_batch>> batches;
};

/// How the spool is.
struct spool_state {
  std::string problem; ///< empty = what was asked is done
  std::uint64_t bytes = 0;
  std::uint64_t rows_dropped = 0;
  bool empty = true;
};

/// The oldest batches of the spool.
struct spooled_group {
  std::vector<std::shared_ptr<const store::packed_batch>> batches;
  std::uint64_t last_number = 0; ///< to be released when they are stored
  spool_state state;
};

/// The batches up to this number are stored.
struct spool_release {
  std::uint64_t number = 0;
};

} // namespace sluice

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sluice::spool_group)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sluice::spool_state)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sluice::spooled_group)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sluice::spool_release)

// clang-format off
CAF_ADD_ATOM(sluice_spool, sluice, drain_atom, "drain")
// clang-format on

namespace sluice {

/// SPOOL WORKER of the database manager, local to its process. Never fails: what went wrong is in the answer.
using spool_worker_actor = caf::typed_actor<
    // Stores batches behind all others; answered when they are synced.
    caf::replies_to<spool_group>::with<spool_state>,
    // Reads the oldest batches; they stay.
    caf::replies_to<drain_atom>::with<spooled_group>,
    // Gives batches free.
    caf::replies_to<spool_release>::with<spool_state>>;

/// Behaviour of the worker. Spawn it with caf::detached: its handlers block. @param group_bytes read at once
spool_worker_actor::behavior_type spool_worker(spool_worker_actor::pointer self,
                                               std::shared_ptr<spool::disk_spool> spool, std::uint64_t group_bytes);

} // namespace sluice
