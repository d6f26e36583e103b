// The whole protocol on one page: every actor that another process can reach, one sentence per handler.
//
// Classes of messages (design.md §3): samples may be lost under overload, oldest first; operations are request and
// response and end in a result or an error; throttles are absolute, idempotent, superseded by generation.
#pragma once

#include "actors/protocol/messages.hpp"

namespace sluice {

/// Under these names the actors are published in their roles.
inline constexpr auto performance_monitor_name = "monitor";
inline constexpr auto application_server_name = "collector";
inline constexpr auto sla_core_name = "core";
inline constexpr auto database_manager_name = "database";

/// GATEWAY, reached over TCP by the handle in its hello.
using gateway_actor = caf::typed_actor<
    // Applies throttles and says which it refused. Sent by the performance monitor; a lost one is made good by the
    // next.
    caf::replies_to<throttle_batch>::with<apply_result>,
    // Begins the leases of throttles anew that are in force, every second, and says which are not: those are sent in
    // full again. A gateway of an earlier version answers an error or nothing; it is sent throttles instead.
    caf::replies_to<lease_renewal>::with<apply_result>>;

/// GATEWAY DOOR of the performance monitor, published on TCP port 4747.
using gateway_door_actor = caf::typed_actor<
    // A gateway registers, or repeats its registration after it reconnected. Answers the monitor's own incarnation;
    // fails with ec::gateway_refused when another living gateway has the name.
    caf::replies_to<hello_atom, gateway_info, gateway_actor>::with<std::uint64_t>,
    // What a gateway measured. A sample; no answer.
    caf::reacts_to<sample_batch>>;

/// PERFORMANCE MONITOR, reached by the SLA core and the application server.
using performance_monitor_actor = caf::typed_actor<
    // Throttles for the gateways. Delivered at once and kept refreshed while the core lives.
    caf::reacts_to<throttle_batch>,
    // Throttles that still hold, by their generation; also by a restarted core, of what the gateways report as in
    // force. Delivered at once, in full if the gateway is not known to have it. A lost one is made good by the next.
    caf::reacts_to<lease_renewal>,
    // All gateways ever heard of since the monitor was started.
    caf::replies_to<list_atom>::with<std::vector<gateway_info>>,
    // FINDER: a peer was found or is gone.
    caf::reacts_to<peer_up_atom, std::string, caf::strong_actor_ptr>,
    caf::reacts_to<peer_down_atom, std::string, caf::error>>;

/// APPLICATION SERVER, its collector, reached by the performance monitor and the SLA core.
using application_server_actor = caf::typed_actor<
    // What the gateways measured, from the performance monitor. A sample; no answer.
    caf::reacts_to<sample_batch>,
    // A gateway connected, was lost, or is as described (also sent for all when the collector is found).
    caf::reacts_to<gateway_info>,
    // What the gateways measured before this collector was there, from the performance monitor, each message after the
    // one before was answered; rows are made of it, nothing else. Answers how many samples were taken.
    caf::replies_to<sample_replay>::with<std::uint64_t>,
    // What the core decided: throttles in force with their reasons, verdicts, events, backends.
    caf::reacts_to<core_report>,
    // FINDER: a peer was found or is gone.
    caf::reacts_to<peer_up_atom, std::string, caf::strong_actor_ptr>,
    caf::reacts_to<peer_down_atom, std::string, caf::error>>;

/// SLA CORE, reached by the application server.
using sla_core_actor = caf::typed_actor<
    // What the gateways measured, handed on by the application server. A sample; no answer.
    caf::reacts_to<sample_batch>,
    // A gateway connected or was lost.
    caf::reacts_to<gateway_info>,
    // All agreements and operator's orders in force and the policy, replacing what it had. Answers how many agreements
    // it holds. A policy that it cannot work with changes nothing: the one before stays.
    // Repeated by the application server whenever the core is found again.
    caf::replies_to<terms>::with<std::uint64_t>,
    // FINDER: a peer was found or is gone.
    caf::reacts_to<peer_up_atom, std::string, caf::strong_actor_ptr>,
    caf::reacts_to<peer_down_atom, std::string, caf::error>>;

/// DATABASE MANAGER, reached by the application server. Each operation fails with ec::database_away while PostgreSQL
/// cannot be reached, and with ec::database_failed when it refuses.
using database_manager_actor = caf::typed_actor<
    // Stores a new agreement; answers it with version and time once committed. Fails with ec::already_exists, except
    // when the stored one is equal (a repeated request): then answers the stored one.
    caf::replies_to<create_atom, agreement>::with<agreement>,
    // Stores a new version of an agreement, or a first one. An equal one changes nothing and is answered as stored.
    caf::replies_to<replace_atom, agreement>::with<agreement>,
    // Ends an agreement; its versions stay in the history. Answers the last one. Fails with ec::not_found.
    caf::replies_to<end_atom, std::string>::with<agreement>,
    // All versions of an agreement, newest first. Fails with ec::not_found.
    caf::replies_to<history_atom, std::string>::with<std::vector<agreement>>,
    // Stores an operator's order, replacing the one for its stream.
    caf::replies_to<order_atom, override_order>::with<override_order>,
    // Takes an operator's order back. Fails with ec::not_found.
    caf::replies_to<retract_atom, stream_id>::with<override_order>,
    // All agreements and orders in force, the policy, and the tokens of the interface.
    caf::replies_to<terms_atom>::with<terms>,
    // Stores rows. Answers how many lines were new once they are committed, or how many there are once they are synced
    // to the spool, while PostgreSQL is away. Fails with ec::buffer_full when neither keeps up.
    caf::replies_to<row_batch>::with<std::uint64_t>,
    // How it is doing. Never fails.
    caf::replies_to<status_atom>::with<database_status>,
    // Stores a new version of the policy, with author and reason. An equal one changes nothing and is answered as
    // stored.
    caf::replies_to<replace_atom, policy_document>::with<policy_document>,
    // All versions of the policy, newest first; at most max_policy_history.
    caf::replies_to<history_atom>::with<std::vector<policy_document>>,
    // Enters an exclusion; answers it with its number. Fails with ec::invalid when its times cannot be known, or
    // when it touches a month that is over and is no correction.
    caf::replies_to<create_atom, exclusion>::with<exclusion>,
    // Takes the entry `withdraws` back, by another entry with author and reason. Fails with ec::not_found.
    caf::replies_to<retract_atom, exclusion>::with<exclusion>,
    // Stores a token of the interface. Fails with ec::already_exists when there is another one of its id.
    caf::replies_to<create_atom, access_token>::with<access_token>,
    // Takes the token of that id back. Fails with ec::not_found.
    caf::replies_to<retract_atom, access_token>::with<access_token>,
    // A question about the past, answered from one snapshot by a connection of its own. Fails with ec::busy while too
    // many wait, with ec::query_ended when it takes too long, ec::not_found and ec::invalid. Given up when the asker is
    // gone.
    caf::replies_to<history_question>::with<history_answer>,
    // A page of an export, how the check of the evidence stands, or the key that signs. Fails with ec::busy while too
    // many wait or are open, with ec::export_gone when the file must be begun anew, and as a question about the past.
    // Repeating the question for a page gives the same page.
    caf::replies_to<export_question>::with<export_page>,
    // Stores verdicts from elsewhere, apart from those that were judged here. Answers how many were new.
    caf::replies_to<verdict_import>::with<std::uint64_t>>;

} // namespace sluice

// A gateway's handle travels in its hello, hence is a message type.
CAF_BEGIN_TYPE_ID_BLOCK(sluice_handles, caf::id_block::sluice::end)
CAF_ADD_TYPE_ID(sluice_handles, (sluice::gateway_actor))
CAF_END_TYPE_ID_BLOCK(sluice_handles)
