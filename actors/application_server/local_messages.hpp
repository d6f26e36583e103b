// What the actors inside the application server tell each other. Never leaves the process: no type here can be written
// to a wire.
#pragma once

#include "actors/application_server/http/call.hpp"
#include "actors/application_server/http/server.hpp"
#include "actors/application_server/http/standing.hpp"
#include "actors/domain/admission.hpp"
#include "actors/protocol/interfaces.hpp"

#include <memory>

namespace sluice {

/// A client's call and where its answer goes.
struct exchange {
  http::call call;
  http::reply answer;
};

using exchange_ptr = std::shared_ptr<const exchange>;
using standing_ptr = std::shared_ptr<const http::standing>;
using terms_ptr = std::shared_ptr<const terms>;

/// Can this be promised? `pending` are being stored and count as promised.
struct admission_question {
  agreement candidate;
  std::vector<agreement> pending;
};

using admission_question_ptr = std::shared_ptr<const admission_question>;
using admission_verdict_ptr = std::shared_ptr<const admission_verdict>;

} // namespace sluice

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sluice::exchange_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sluice::standing_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sluice::terms_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sluice::admission_question_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sluice::admission_verdict_ptr)

// Far behind the protocol's own ids, which are append only.
CAF_BEGIN_TYPE_ID_BLOCK(sluice_application_server, first_custom_type_id + 1000)
CAF_ADD_TYPE_ID(sluice_application_server, (sluice::exchange_ptr))
CAF_ADD_TYPE_ID(sluice_application_server, (sluice::standing_ptr))
CAF_ADD_TYPE_ID(sluice_application_server, (sluice::terms_ptr))
CAF_ADD_TYPE_ID(sluice_application_server, (sluice::admission_question_ptr))
CAF_ADD_TYPE_ID(sluice_application_server, (sluice::admission_verdict_ptr))
CAF_END_TYPE_ID_BLOCK(sluice_application_server)

namespace sluice {

/// COLLECTOR: application_server_actor, and what the desk asks of it.
using collector_actor = application_server_actor::extend<
    // A call about the present, to be answered from what is known; with how the processes are doing.
    caf::reacts_to<exchange_ptr, standing_ptr>,
    // Whether an agreement can be promised, by what is known of the present. Never fails.
    caf::replies_to<admission_question_ptr>::with<admission_verdict_ptr>,
    // The terms in force, to name each stream's agreement and to judge others.
    caf::reacts_to<terms_ptr>,
    // Something happened at the desk: to be listed and stored.
    caf::reacts_to<event>,
    // Somebody changed something over the interface: to be stored.
    caf::reacts_to<audit_entry>,
    // Whether a stream was seen in the last ten minutes.
    caf::replies_to<list_atom, stream_id>::with<bool>,
    // Completes overdue rows, sends what waits.
    caf::reacts_to<tick_atom>,
    // Completes all rows, gives the database manager a moment to confirm them, ends.
    caf::reacts_to<stop_atom>>;

/// DESK: where the clients' calls arrive.
using desk_actor = caf::typed_actor<
    // A call, to be answered exactly once.
    caf::reacts_to<exchange_ptr>,
    // How many rows wait, from the collector.
    caf::reacts_to<status_atom, std::uint64_t>,
    // A peer was found or is gone, handed on by the collector.
    caf::reacts_to<peer_up_atom, std::string, caf::strong_actor_ptr>,
    caf::reacts_to<peer_down_atom, std::string, caf::error>,
    // Asks the database manager how it is doing, repeats what failed.
    caf::reacts_to<tick_atom>,
    // Ends.
    caf::reacts_to<stop_atom>>;

} // namespace sluice
