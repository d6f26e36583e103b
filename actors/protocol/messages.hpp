// The messages between the processes and to the gateways, and the number of each type. Who sends which one to whom is
// in interfaces.hpp.
#pragma once

#include "actors/protocol/domain_inspect.hpp"
#include "actors/protocol/error_code.hpp"
#include "actors/protocol/exports.hpp"
#include "actors/protocol/history.hpp"
#include "actors/protocol/peers.hpp"

#include <caf/all.hpp>

#include <string>
#include <vector>

namespace sluice {

/// The samples of one gateway and interval. Lost under overload, oldest first; the receiver sees the gap in `sequence`.
struct sample_batch {
  std::string gateway;
  std::uint64_t incarnation = 0; ///< drawn when the gateway starts
  std::uint64_t sequence = 0;    ///< rises by one per batch
  std::vector<sample> samples;
};

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, sample_batch& x) {
  return f(caf::meta::type_name("sample_batch"), x.gateway, x.incarnation, x.sequence, x.samples);
}

/// One volume that a gateway exports.
struct volume_info {
  std::string name;
  std::string backend;
  std::uint64_t size_bytes = 0;
  bool read_only = false;
};

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, volume_info& x) {
  return f(caf::meta::type_name("volume_info"), x.name, x.backend, x.size_bytes, x.read_only);
}

/// What a gateway says of itself when it connects, and what is known of it afterwards.
struct gateway_info {
  std::string name;
  std::uint64_t incarnation = 0;
  std::string version;
  std::vector<volume_info> volumes;
  bool connected = false;
  wall_time last_heard; ///< when its last batch came
  std::uint64_t batches = 0;
  std::uint64_t batches_lost = 0; ///< gaps in the batches' sequence
};

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, gateway_info& x) {
  return f(caf::meta::type_name("gateway_info"), x.name, x.incarnation, x.version, x.volumes, x.connected, x.last_heard,
           x.batches, x.batches_lost);
}

/// Throttles for any streams. Absolute values: repeating a batch changes nothing, a later generation wins.
struct throttle_batch {
  std::vector<throttle> throttles;
};

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, throttle_batch& x) {
  return f(caf::meta::type_name("throttle_batch"), x.throttles);
}

/// The same throttles for another lease. Whoever holds another generation of a stream's throttle changes nothing; an
/// empty one asks whether the receiver knows this message.
struct lease_renewal {
  std::vector<renewal> renewals;
};

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, lease_renewal& x) {
  return f(caf::meta::type_name("lease_renewal"), x.renewals);
}

/// Why a gateway refused one throttle, or one renewal.
struct refusal {
  stream_id stream;
  std::uint64_t generation = 0; ///< the one in force at the gateway
  std::string why;
};

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, refusal& x) {
  return f(caf::meta::type_name("refusal"), x.stream, x.generation, x.why);
}

/// What a gateway answers to a throttle batch or a lease renewal.
struct apply_result {
  std::uint32_t applied = 0;
  std::vector<refusal> refused;
};

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, apply_result& x) {
  return f(caf::meta::type_name("apply_result"), x.applied, x.refused);
}

/// All agreements and operator's orders in force, the policy, and the tokens of the interface.
struct terms {
  std::vector<agreement> agreements;
  std::vector<override_order> overrides;
  policy_document policy{};           ///< version 0: none was ever stored
  std::vector<access_token> tokens{}; ///< good or not; never told to the core
};

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, terms& x) {
  return f(caf::meta::type_name("terms"), x.agreements, x.overrides, x.policy, x.tokens);
}

/// What the core decided and saw: what changed since its last report, everything when its receiver is new.
struct core_report {
  wall_time at;
  bool complete = false;            ///< true = `throttles` are all there are, forget the others
  std::vector<throttle> throttles;  ///< now in force
  std::vector<stream_id> forgotten; ///< streams that are gone
  std::vector<backend_status> backends;
  std::vector<event> events;
  std::vector<verdict> verdicts;
  std::vector<policy_setting> started_with{}; ///< with `complete`: what the core's options say where no policy does
  std::vector<throttle> observed{}; ///< what would hold on backends that are only observed; rule `none` = nothing would
};

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, core_report& x) {
  return f(caf::meta::type_name("core_report"), x.at, x.complete, x.throttles, x.forgotten, x.backends, x.events,
           x.verdicts, x.started_with, x.observed);
}

/// Samples of before its receiver was there, in the order in which they came. For rows alone: they are too old to be
/// acted on.
struct sample_replay {
  sample_batch samples;
  wall_time whole_from; ///< samples of seconds before this one are missing: no rows are made of these seconds
  bool last = false;    ///< nothing follows; `samples` may be empty
};

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, sample_replay& x) {
  return f(caf::meta::type_name("sample_replay"), x.samples, x.whole_from, x.last);
}

/// Rows to be stored, answered when they cannot be lost any more.
struct row_batch {
  std::vector<sample_row> rows;
  std::vector<verdict> verdicts; ///< what the SLA core found; the verdicts that count are made from the rows
  std::vector<event> events;
  wall_time everything_until{}; ///< rows and findings of before this second are confirmed or in this batch; zero = the
                                ///< sender does not know yet
  std::vector<decision> decisions{};
  std::vector<audit_entry> audit{};
};

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, row_batch& x) {
  return f(caf::meta::type_name("row_batch"), x.rows, x.verdicts, x.events, x.everything_until, x.decisions, x.audit);
}

/// How the database manager is doing.
struct database_status {
  bool connected = false;
  std::uint32_t schema_version = 0;
  std::uint64_t rows_waiting = 0;  ///< taken but not committed yet
  std::uint64_t rows_bound = 0;    ///< how many may wait
  std::uint64_t rows_stored = 0;   ///< since it was started
  std::uint64_t rows_repeated = 0; ///< recognised as stored already
  wall_time away_since;            ///< zero while connected
  std::string last_error;
  std::uint64_t rows_late = 0;     ///< came after their second was closed, since it was started: kept apart
  wall_time closed_until{};        ///< rows of before this second come late; zero = none is closed yet
  std::uint64_t spool_bytes = 0;   ///< waiting on disk
  std::uint64_t spool_bound = 0;   ///< how many may wait there [bytes]
  std::uint64_t spool_dropped = 0; ///< sample rows that a full spool dropped, since it was started
  duration behind{0};              ///< how long the oldest line waits that is not answered
};

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, database_status& x) {
  return f(caf::meta::type_name("database_status"), x.connected, x.schema_version, x.rows_waiting, x.rows_bound,
           x.rows_stored, x.rows_repeated, x.away_since, x.last_error, x.rows_late, x.closed_until, x.spool_bytes,
           x.spool_bound, x.spool_dropped, x.behind);
}

} // namespace sluice

// Ids are positions and part of the protocol between processes: append only.
CAF_BEGIN_TYPE_ID_BLOCK(sluice, first_custom_type_id)
CAF_ADD_TYPE_ID(sluice, (sluice::sample_batch))
CAF_ADD_TYPE_ID(sluice, (sluice::gateway_info))
CAF_ADD_TYPE_ID(sluice, (sluice::throttle_batch))
CAF_ADD_TYPE_ID(sluice, (sluice::apply_result))
CAF_ADD_TYPE_ID(sluice, (sluice::terms))
CAF_ADD_TYPE_ID(sluice, (sluice::core_report))
CAF_ADD_TYPE_ID(sluice, (sluice::row_batch))
CAF_ADD_TYPE_ID(sluice, (sluice::database_status))
CAF_ADD_TYPE_ID(sluice, (sluice::agreement))
CAF_ADD_TYPE_ID(sluice, (sluice::override_order))
CAF_ADD_TYPE_ID(sluice, (sluice::stream_id))
CAF_ADD_TYPE_ID(sluice, (sluice::event))
CAF_ADD_TYPE_ID(sluice, (std::vector<sluice::agreement>))
CAF_ADD_TYPE_ID(sluice, (std::vector<sluice::gateway_info>))
CAF_ADD_TYPE_ID(sluice, (std::vector<sluice::verdict>))
CAF_ADD_TYPE_ID(sluice, (std::vector<sluice::event>))
CAF_ADD_TYPE_ID(sluice, (sluice::lease_renewal))
CAF_ADD_TYPE_ID(sluice, (sluice::policy_document))
CAF_ADD_TYPE_ID(sluice, (std::vector<sluice::policy_document>))
CAF_ADD_TYPE_ID(sluice, (sluice::sample_replay))
CAF_ADD_TYPE_ID(sluice, (sluice::audit_entry))
CAF_ADD_TYPE_ID(sluice, (sluice::history_question))
CAF_ADD_TYPE_ID(sluice, (sluice::history_answer))
CAF_ADD_TYPE_ID(sluice, (sluice::exclusion))
CAF_ADD_TYPE_ID(sluice, (sluice::export_question))
CAF_ADD_TYPE_ID(sluice, (sluice::export_page))
CAF_ADD_TYPE_ID(sluice, (sluice::verdict_import))
CAF_ADD_TYPE_ID(sluice, (sluice::access_token))
CAF_END_TYPE_ID_BLOCK(sluice)

// clang-format off
CAF_ADD_ATOM(sluice, sluice, hello_atom, "hello")
CAF_ADD_ATOM(sluice, sluice, list_atom, "list")
CAF_ADD_ATOM(sluice, sluice, status_atom, "status")
CAF_ADD_ATOM(sluice, sluice, terms_atom, "terms")
CAF_ADD_ATOM(sluice, sluice, create_atom, "create")
CAF_ADD_ATOM(sluice, sluice, replace_atom, "replace")
CAF_ADD_ATOM(sluice, sluice, end_atom, "end")
CAF_ADD_ATOM(sluice, sluice, history_atom, "history")
CAF_ADD_ATOM(sluice, sluice, order_atom, "order")
CAF_ADD_ATOM(sluice, sluice, retract_atom, "retract")
CAF_ADD_ATOM(sluice, sluice, tick_atom, "tick")
CAF_ADD_ATOM(sluice, sluice, stop_atom, "stop")
// clang-format on
