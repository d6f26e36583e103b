// The actor that waits for PostgreSQL, so that no other has to: a thread of its own with one connection. Decides
// nothing: translates messages into calls of the store and their outcomes into answers.
#pragma once

#include "actors/database_manager/store/database.hpp"
#include "actors/protocol/messages.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace sluice {

/// Batches to be stored in one transaction. Never leaves the process.
struct row_group {
  std::vector<std::shared_ptr<const store::packed_batch>> batches;
};

/// How many lines of each batch were new, or why none was stored.
struct row_answer {
  std::vector<std::uint64_t> fresh;
  std::optional<store::failure> problem;
  std::uint64_t late = 0;          ///< of the new rows, how many were kept apart
  std::int64_t closed_until_s = 0; ///< rows of before are late [s since 1970]
};

/// Tells wall-clock time; handed in so that tests can.
using wall_clock = std::function<wall_time()>;

/// An exclusion to be entered or taken back, and when the last period ended that it may be about.
struct exclusion_change {
  exclusion what;
  wall_time closed_until;
};

} // namespace sluice

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sluice::exclusion_change)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sluice::row_group)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sluice::row_answer)

// clang-format off
CAF_ADD_ATOM(sluice_database, sluice, connect_atom, "connect")
CAF_ADD_ATOM(sluice_database, sluice, maintain_atom, "maintain")
CAF_ADD_ATOM(sluice_database, sluice, flush_atom, "flush")
// clang-format on

namespace sluice {

/// STORE WORKER of the database manager, local to its process. Operations fail with ec::database_away once the
/// connection is lost, until it is asked to connect again.
using store_worker_actor = caf::typed_actor<
    // Connects anew; answers the schema's version.
    caf::replies_to<connect_atom>::with<std::uint32_t>,
    // Stores rows; then, after the answer, derives what is to be derived from them. Never fails: what went wrong is in
    // the answer, because the sender must tell kinds apart.
    caf::replies_to<row_group>::with<row_answer>,
    // As in database_manager_actor.
    caf::replies_to<create_atom, agreement>::with<agreement>, caf::replies_to<replace_atom, agreement>::with<agreement>,
    caf::replies_to<end_atom, std::string>::with<agreement>,
    caf::replies_to<history_atom, std::string>::with<std::vector<agreement>>,
    caf::replies_to<order_atom, override_order>::with<override_order>,
    caf::replies_to<retract_atom, stream_id>::with<override_order>,
    caf::replies_to<replace_atom, policy_document>::with<policy_document>,
    caf::replies_to<history_atom>::with<std::vector<policy_document>>,
    caf::replies_to<create_atom, exclusion_change>::with<exclusion>,
    caf::replies_to<retract_atom, exclusion_change>::with<exclusion>,
    caf::replies_to<verdict_import>::with<std::uint64_t>,
    caf::replies_to<create_atom, access_token>::with<access_token>,
    caf::replies_to<retract_atom, access_token>::with<access_token>,
    // Agreements, orders and the policy in force.
    caf::replies_to<terms_atom>::with<terms>>;

/// How long to wait before deriving anew after so many failures in a row: 1 s, doubled up to a minute.
[[nodiscard]] std::chrono::milliseconds derive_delay(unsigned failures) noexcept;

/// Behaviour of the worker. Spawn it with caf::detached: its handlers block.
store_worker_actor::behavior_type store_worker(store_worker_actor::pointer self,
                                               std::shared_ptr<store::database> database, wall_clock clock,
                                               store::retention kept);

/// MAINTENANCE WORKER, local to the process: a connection of its own, so that no row waits for it.
using maintenance_worker_actor = caf::typed_actor<
    // Signs the days that ended, makes and drops partitions; answers how many. Fails when it could not do all now.
    caf::replies_to<maintain_atom>::with<std::uint64_t>>;

/// As store_worker(). Connects when it is needed. Without a key no day is signed. @param day_signed called after days
/// were signed, in the worker's thread
maintenance_worker_actor::behavior_type maintenance_worker(maintenance_worker_actor::pointer self,
                                                           std::shared_ptr<store::database> database, wall_clock clock,
                                                           store::retention kept,
                                                           std::shared_ptr<const evidence::signing_key> key,
                                                           std::function<void()> day_signed);

/// The error that a failure is told as.
[[nodiscard]] caf::error to_error(const store::failure& x);

} // namespace sluice
