// The desk: answers the clients' calls. Keeps the terms in step between the database manager (which alone decides what
// is in force) and the SLA core; calls about streams go on to the collector.
#pragma once

#include "actors/application_server/clocks.hpp"
#include "actors/application_server/http/standing.hpp"
#include "actors/application_server/local_messages.hpp"
#include "actors/application_server/terms_book.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace sluice {

struct desk_settings {
  clocks time;
  std::function<http::traffic()> served;                              ///< what the HTTP server counted; may be empty
  std::function<void(const std::vector<access_token>&)> tokens_known; ///< told at each change; may be empty
  duration tick = std::chrono::milliseconds{500};
  duration store_patience = std::chrono::seconds{8};         ///< for a change to be committed; below the server's 503
  duration query_patience = std::chrono::milliseconds{9500}; ///< for an answer about the past; below the server's 503
  duration ask_patience = std::chrono::seconds{3};           ///< for anything else
};

class desk_state {
public:
  desk_actor::behavior_type start(desk_actor::stateful_pointer<desk_state> self, desk_settings settings);

  static inline const char* name = "desk";

private:
  // desk.cpp: peers and terms
  void on_peer(const std::string& role, const caf::strong_actor_ptr& who);
  void on_peer_gone(const std::string& role);
  void on_tick();
  void load();
  void poll();
  void push();
  void changed();
  [[nodiscard]] http::standing standing();

  // desk_calls.cpp: what clients ask for
  void on_call(const exchange_ptr& x);
  void admit(const exchange_ptr& x);
  void admitted(const exchange_ptr& x, const admission_verdict& verdict);
  void establish(const exchange_ptr& x, const admission_verdict& verdict);
  void ask_past(const exchange_ptr& x);
  void exclude(const exchange_ptr& x);

  // desk_past.cpp: questions about the past, what leaves as a file and comes back
  void export_part(const exchange_ptr& x);
  void import_samples(const exchange_ptr& x);
  void import_verdicts(const exchange_ptr& x);

  // desk_versions.cpp: what depends on the version in force
  /// What is answered to a change that was wanted on another version than is in force, or that may be overtaken.
  [[nodiscard]] std::optional<http::response> unmet(const exchange_ptr& x) const;
  void patch(const exchange_ptr& x);
  void replace_policy(const exchange_ptr& x);
  void policy_history(const exchange_ptr& x);
  void list_tenants(const exchange_ptr& x);

  // desk_calls.cpp
  void end(const exchange_ptr& x);
  void history(const exchange_ptr& x);
  void order(const exchange_ptr& x);
  void retract(const exchange_ptr& x);
  void store_order(const exchange_ptr& x);
  void established(const exchange_ptr& x, const agreement& stored, bool is_new, const admission_verdict& verdict);
  void failed(const exchange_ptr& x, const caf::error& why, bool changes);

  // desk_access.cpp: who sees what
  void create_token(const exchange_ptr& x);
  void revoke_token(const exchange_ptr& x);
  void list_tokens(const exchange_ptr& x);
  void token_changed(const exchange_ptr& x, const access_token& stored, const char* action, const std::string& detail);
  /// Whether a customer may have an agreement about these: within one of its own, and with none of another's in common.
  [[nodiscard]] bool has_place(const std::string& tenant, const selector& streams) const;
  [[nodiscard]] admission_verdict as_told(const exchange_ptr& x, const admission_verdict& verdict) const;
  [[nodiscard]] bool is_of(const std::string& tenant, const stream_id& stream) const;
  /// What a customer is told who asks for something of somebody else.
  [[nodiscard]] std::optional<http::response> beyond_tenant(const http::call& x) const;
  void note(event_kind kind, const std::string& subject, const std::string& text);
  void audit(const exchange_ptr& x, const std::string& action, const std::string& subject, const std::string& detail);

  /// Asks the database manager; `then` gets its answer, a failure becomes the answer to the client.
  template<class Then, class... Ts>
  void ask_database(const exchange_ptr& x, bool changes, Then then, const Ts&... question) {
    if (!database_)
      return no_database(x, changes);
    self_->request(database_, changes ? settings_.store_patience : settings_.ask_patience, question...)
        .then(std::move(then), [this, x, changes](const caf::error& why) {
          failed(x, why, changes);
        });
  }
  void no_database(const exchange_ptr& x, bool changes);

  desk_actor::stateful_pointer<desk_state> self_ = nullptr;
  desk_settings settings_;
  collector_actor collector_;
  database_manager_actor database_;
  sla_core_actor core_;
  bool monitor_up_ = false;
  terms_book book_;
  std::vector<access_token> tokens_;             ///< by id
  std::map<exchange_ptr, agreement> pending_;    ///< being stored: others must not be promised the same room
  std::map<exchange_ptr, std::string> changing_; ///< names of what the database manager was asked to change
  database_status database_said_;
  bool database_known_ = false;
  bool polling_ = false;
  bool load_wanted_ = false; ///< the book may differ from the database: after a start, a restart, an unknown outcome
  bool loading_ = false;
  bool push_wanted_ = false;
  bool pushing_ = false;
  bool was_ready_ = false;
  std::uint64_t rows_waiting_ = 0;

  friend desk_actor::behavior_type desk(desk_actor::stateful_pointer<desk_state>, desk_settings);
};

/// A failed request to the database manager as an answer. @param changes whether something may have been changed
[[nodiscard]] http::response refusal_for(const caf::error& why, bool changes);

using desk_pointer = desk_actor::stateful_pointer<desk_state>;

/// Spawns with `system.spawn(desk, settings)`. The first `(peer_up_atom, "collector", handle)` makes the collector
/// known.
desk_actor::behavior_type desk(desk_pointer self, desk_settings settings);

} // namespace sluice
