// Every event that Sluice logs, with its level and its fields: the one list that an operator greps by.
//
// A line is `event name=value …`; units are in the names. One INFO line per decision, none per request.
#pragma once

#include <cstdint>
#include <string_view>

namespace sluice {

enum class log_level : std::uint8_t { error, warning, info, debug };

struct log_event {
  std::string_view name;
  log_level level;
};

namespace log_events {

// --- every process ---------------------------------------------------------------------------------------------------
inline constexpr log_event starting{"starting", log_level::info};                // process= version= pid=
inline constexpr log_event ready{"ready", log_level::info};                      // process= (and what it listens on)
inline constexpr log_event stopping{"stopping", log_level::info};                // process= signal=
inline constexpr log_event hangup_ignored{"hangup-ignored", log_level::info};    // reason=
inline constexpr log_event peer_up{"peer-up", log_level::info};                  // role=
inline constexpr log_event peer_down{"peer-down", log_level::warning};           // role= reason=
inline constexpr log_event request_failed{"request-failed", log_level::warning}; // request= reason=

// --- shared-memory transport -----------------------------------------------------------------------------------------
inline constexpr log_event transport_ready{"transport-ready", log_level::info};  // role= instance= directory= life=
inline constexpr log_event peer_sought{"peer-sought", log_level::info};          // role= name= reason=
inline constexpr log_event layout_refused{"layout-refused", log_level::warning}; // role= layout_version= ours= reason=
inline constexpr log_event process_died{"process-died", log_level::warning};     // role= life=
inline constexpr log_event peer_hung{"peer-hung", log_level::warning};           // role=
inline constexpr log_event peer_resumed{"peer-resumed", log_level::info};        // role=
inline constexpr log_event slot_recovered{"slot-recovered", log_level::warning}; // sender=
inline constexpr log_event message_refused{"message-refused", log_level::warning};   // sender_role= operation= reason=
inline constexpr log_event messages_dropped{"messages-dropped", log_level::warning}; // role= samples= others=

// --- performance monitor and gateway ---------------------------------------------------------------------------------
inline constexpr log_event gateway_connected{"gateway-connected", log_level::info};  // gateway= incarnation= volumes=
inline constexpr log_event gateway_lost{"gateway-lost", log_level::warning};         // gateway= reason= silent_ms=
inline constexpr log_event gateway_refused{"gateway-refused", log_level::warning};   // gateway= reason=
inline constexpr log_event sample_refused{"sample-refused", log_level::warning};     // stream= reason=
inline constexpr log_event throttle_refused{"throttle-refused", log_level::warning}; // stream= generation= reason=
inline constexpr log_event lease_not_renewed{"lease-not-renewed",
                                             log_level::info}; // stream= generation= in_force= reason=
inline constexpr log_event renewal_unknown{"renewal-unknown",
                                           log_level::info}; // gateway= reason= (throttles go in full)
inline constexpr log_event events_dropped{"events-dropped", log_level::warning}; // events= (of the data path's log)
inline constexpr log_event reloaded{"reloaded", log_level::info};                // backends= volumes= groups=
inline constexpr log_event reload_refused{"reload-refused", log_level::error};   // reason= (one line per mistake)
inline constexpr log_event link_insecure{"link-insecure", log_level::warning};   // address= (plain TCP, no loopback)
// The data path's own: listening, client-connected, client-disconnected, client-refused, upstream-lost, upstream-back,
// lease-expired, io-engine, throttle-changed, group-changed, each with subject= and what gateways/engine adds.

// --- SLA core --------------------------------------------------------------------------------------------------------
inline constexpr log_event terms_taken{"terms-taken", log_level::info};           // agreements= overrides=
inline constexpr log_event stream_throttled{"stream-throttled", log_level::info}; // stream= rule= iops= depth= for= …
inline constexpr log_event stream_released{"stream-released", log_level::info};   // stream=
inline constexpr log_event would_throttle{"would-throttle", log_level::info};     // as stream-throttled; only observed
inline constexpr log_event would_release{"would-release", log_level::info};       // stream=
inline constexpr log_event policy_taken{"policy-taken", log_level::info};         // version= who= why= policy=
inline constexpr log_event policy_refused{"policy-refused", log_level::error};    // version= path= reason= in_force=
inline constexpr log_event promise_violated{"promise-violated", log_level::warning}; // agreement= measured_ms= …
inline constexpr log_event promise_recovered{"promise-recovered", log_level::info};  // agreement=
inline constexpr log_event capacity_deficit{"capacity-deficit", log_level::warning}; // backend= promised= capacity=
inline constexpr log_event capacity_restored{"capacity-restored", log_level::info};  // backend=
inline constexpr log_event tick_late{"tick-late", log_level::warning}; // late_ms= skipped= (ticks that were left out)

// --- the loop, step by step, at debug level; tests/bench/enforcement takes its reaction time from them ---------------
// at_us= is monotonic and of one clock for all processes of a machine.
inline constexpr log_event samples_arrived{"samples-arrived", log_level::debug}; // gateway= sequence= at_us= (monitor)
inline constexpr log_event samples_taken{"samples-taken", log_level::debug};     // gateway= sequence= (core)
inline constexpr log_event planned{"planned", log_level::debug}; // throttles= renewals= samples= took_us= (core)
inline constexpr log_event throttle_sent{"throttle-sent", log_level::debug};   // stream= generation= (core)
inline constexpr log_event throttle_taken{"throttle-taken", log_level::debug}; // stream= generation= at_us= (gateway)

// --- application server ----------------------------------------------------------------------------------------------
inline constexpr log_event listening{"listening", log_level::info};                      // address= port=
inline constexpr log_event token_made{"token-made", log_level::info};                    // file=
inline constexpr log_event token_refused{"token-refused", log_level::warning};           // address= (of the last) count=
inline constexpr log_event token_changed{"token-changed", log_level::info};              // token= action= who=
inline constexpr log_event certificate_read{"certificate-read", log_level::info};        // file=
inline constexpr log_event certificate_refused{"certificate-refused", log_level::error}; // reason= (that before stays)
inline constexpr log_event terms_loaded{"terms-loaded", log_level::info}; // agreements= overrides= policy=
inline constexpr log_event agreement_established{"agreement-established",
                                                 log_level::info}; // agreement= version= who= admission=
inline constexpr log_event agreement_refused{"agreement-refused", log_level::info};   // agreement= reason= fits=
inline constexpr log_event policy_established{"policy-established", log_level::info}; // version= who= why= policy=
inline constexpr log_event agreement_ended{"agreement-ended", log_level::info};       // agreement= who=
inline constexpr log_event exclusion_entered{"exclusion-entered", log_level::info}; // exclusion= agreements= who= why=
inline constexpr log_event exclusion_withdrawn{"exclusion-withdrawn",
                                               log_level::info};                  // exclusion= agreements= who= why=
inline constexpr log_event override_ordered{"override-ordered", log_level::info}; // stream= iops= who= why= until=
inline constexpr log_event override_ended{"override-ended", log_level::info};     // stream= who=
inline constexpr log_event rows_dropped{"rows-dropped", log_level::warning};      // rows= reason=
inline constexpr log_event samples_lost{"samples-lost", log_level::warning};      // gateway= batches=
inline constexpr log_event samples_replayed{"samples-replayed", log_level::info}; // samples= rows= whole=
inline constexpr log_event webhook_secret_made{"webhook-secret-made", log_level::info}; // webhook= file=
inline constexpr log_event webhook_delivered{"webhook-delivered", log_level::debug};    // webhook= delivery=
inline constexpr log_event webhook_failing{"webhook-failing", log_level::warning};      // webhook= reason=
inline constexpr log_event webhook_working{"webhook-working", log_level::info};         // webhook= failed_attempts=
inline constexpr log_event webhook_given_up{"webhook-given-up", log_level::warning};    // webhook= deliveries= reason=
inline constexpr log_event webhook_dropped{"webhook-dropped", log_level::warning};      // webhook= deliveries= reason=
inline constexpr log_event webhook_stopped{"webhook-stopped", log_level::warning};      // webhook= reason=
inline constexpr log_event webhook_unsent{"webhook-unsent", log_level::warning};        // webhook= deliveries=

// --- database manager ------------------------------------------------------------------------------------------------
inline constexpr log_event database_connected{"database-connected", log_level::info};      // schema=
inline constexpr log_event database_away{"database-away", log_level::warning};             // reason=
inline constexpr log_event migration_applied{"migration-applied", log_level::info};        // version= file=
inline constexpr log_event partition_made{"partition-made", log_level::info};              // table= day=
inline constexpr log_event partition_dropped{"partition-dropped", log_level::info};        // table= day=
inline constexpr log_event rows_refused{"rows-refused", log_level::warning};               // rows= reason=
inline constexpr log_event query_given_up{"query-given-up", log_level::warning};           // question= reason= waiting=
inline constexpr log_event store_busy{"store-busy", log_level::warning};                   // reason= rows_waiting=
inline constexpr log_event maintenance_put_off{"maintenance-put-off", log_level::warning}; // reason=
inline constexpr log_event rows_late{"rows-late", log_level::warning};      // rows= stream= second= closed_until=
inline constexpr log_event derived_again{"derived-again", log_level::info}; // rows= since= closed_until=
inline constexpr log_event derivation_put_off{"derivation-put-off", log_level::warning}; // reason=
inline constexpr log_event spooling{"spooling", log_level::warning};                     // reason= rows_waiting=
inline constexpr log_event clock_ahead{"clock-ahead", log_level::warning};               // believed_until_s=
inline constexpr log_event spool_drained{"spool-drained", log_level::info};              // batches=
inline constexpr log_event spool_mended{"spool-mended", log_level::warning};             // file= cut_bytes=
inline constexpr log_event spool_full{"spool-full", log_level::warning};                 // rows_dropped= bytes=
inline constexpr log_event spool_failed{"spool-failed", log_level::error};               // reason=
inline constexpr log_event key_made{"key-made", log_level::warning};  // file= key= (of evidence: tell who will check)
inline constexpr log_event key_ready{"key-ready", log_level::info};   // file= key= (its fingerprint)
inline constexpr log_event day_signed{"day-signed", log_level::info}; // day= root= key=
inline constexpr log_event evidence_checked{"evidence-checked", log_level::info}; // chains= entries= roots= took_ms=
inline constexpr log_event evidence_broken{"evidence-broken", log_level::error};  // chain= position= what=
inline constexpr log_event evidence_unchecked{"evidence-unchecked", log_level::warning}; // reason=
inline constexpr log_event verdicts_imported{"verdicts-imported", log_level::info};      // verdicts= new= who=
inline constexpr log_event samples_imported{"samples-imported", log_level::info};        // rows= new= who=
inline constexpr log_event secret_file_open{"secret-file-open", log_level::warning};     // file= (others may read it)

} // namespace log_events
} // namespace sluice
