// The desk's other side: its peers, and the terms that must be the same in three processes.
#include "actors/application_server/desk.hpp"

#include "actors/application_server/unexpected.hpp"
#include "actors/runtime/log.hpp"

#include <algorithm>

namespace sluice {

namespace {

constexpr auto component = caf::atom("desk");

} // namespace

desk_actor::behavior_type desk_state::start(desk_pointer self, desk_settings settings) {
  self_ = self;
  settings_ = std::move(settings);
  drop_the_unexpected(self_, component);
  self_->delayed_send(self_, settings_.tick, tick_atom::value);
  return {
      [this](const exchange_ptr& x) {
        on_call(x);
      },
      [this](status_atom, std::uint64_t rows) {
        rows_waiting_ = rows;
      },
      [this](peer_up_atom, const std::string& role, const caf::strong_actor_ptr& who) {
        on_peer(role, who);
      },
      [this](peer_down_atom, const std::string& role, const caf::error&) {
        on_peer_gone(role);
      },
      [this](tick_atom) {
        on_tick();
      },
      [this](stop_atom) {
        collector_ = nullptr; // collector and desk hold each other
        self_->quit();
      },
  };
}

void desk_state::on_peer(const std::string& role, const caf::strong_actor_ptr& who) {
  if (role == "collector") {
    collector_ = caf::actor_cast<collector_actor>(who);
  } else if (role == "sla-core") {
    core_ = caf::actor_cast<sla_core_actor>(who);
    pushing_ = false; // an answer of the one before is of no interest
    push_wanted_ = true;
    push();
  } else if (role == "database-manager") {
    database_ = caf::actor_cast<database_manager_actor>(who);
    database_known_ = polling_ = loading_ = false;
    load_wanted_ = true;
    load();
    poll();
  } else if (role == "performance-monitor") {
    monitor_up_ = true;
  }
}

void desk_state::on_peer_gone(const std::string& role) {
  if (role == "sla-core") {
    core_ = nullptr;
  } else if (role == "database-manager") {
    database_ = nullptr;
    database_known_ = false;
  } else if (role == "performance-monitor") {
    monitor_up_ = false;
  }
}

void desk_state::on_tick() {
  self_->delayed_send(self_, settings_.tick, tick_atom::value);
  load();
  poll();
  push();
  was_ready_ = was_ready_ || standing().complete();
}

void desk_state::load() {
  if (!load_wanted_ || loading_ || !database_)
    return;
  loading_ = true;
  load_wanted_ = false;
  self_->request(database_, settings_.ask_patience, terms_atom::value)
      .then(
          [this, of = database_](const terms& x) {
            if (of != database_)
              return;
            loading_ = false;
            book_.load(x.agreements, x.overrides, x.policy);
            tokens_ = x.tokens;
            std::ranges::sort(tokens_, {}, &access_token::id); // the database has an order of its own
            if (settings_.tokens_known)
              settings_.tokens_known(tokens_);
            log(log_events::terms_loaded, component, log_field{"agreements", x.agreements.size()},
                log_field{"overrides", x.overrides.size()}, log_field{"policy", x.policy.version});
            changed();
          },
          [this, of = database_](const caf::error&) { // it may not have reached PostgreSQL yet; the next tick repeats
            if (of != database_)
              return;
            loading_ = false;
            load_wanted_ = true;
          });
}

void desk_state::poll() {
  if (polling_ || !database_)
    return;
  polling_ = true;
  self_->request(database_, settings_.ask_patience, status_atom::value)
      .then(
          [this, of = database_](const database_status& x) {
            if (of != database_)
              return;
            polling_ = false;
            database_known_ = true;
            database_said_ = x;
          },
          [this, of = database_](const caf::error&) {
            if (of != database_)
              return;
            polling_ = false;
            database_known_ = false;
          });
}

void desk_state::changed() {
  if (collector_)
    self_->send(collector_, std::make_shared<const terms>(terms{book_.agreements(), {}, book_.policy()}));
  push_wanted_ = true;
  push();
}

void desk_state::push() {
  // Never before the terms were loaded once: an empty set would take everybody's promise away.
  if (!push_wanted_ || pushing_ || !core_ || !book_.loaded())
    return;
  pushing_ = true;
  push_wanted_ = false;
  self_->request(core_, settings_.ask_patience, terms{in_force(book_.agreements()), book_.orders(), book_.policy()})
      .then(
          [this, to = core_](std::uint64_t) {
            if (to != core_)
              return;
            pushing_ = false;
            push(); // what changed meanwhile
          },
          [this, to = core_](const caf::error& why) {
            if (to != core_)
              return;
            log(log_events::request_failed, component, log_field{"request", "push-terms"},
                log_field{"reason", self_->system().render(why)});
            pushing_ = false;
            push_wanted_ = true; // the next tick repeats
          });
}

http::standing desk_state::standing() {
  http::standing x;
  x.database_manager = static_cast<bool>(database_);
  x.sla_core = static_cast<bool>(core_);
  x.performance_monitor = monitor_up_;
  x.database_known = database_known_;
  x.postgresql = database_known_ && database_said_.connected;
  x.schema_migrated = database_known_ && database_said_.schema_version > 0;
  x.away_since = database_said_.away_since;
  x.agreements_loaded = book_.loaded();
  x.was_ready = was_ready_;
  x.rows_waiting = rows_waiting_;
  x.rows_late = database_said_.rows_late;
  x.spool_bytes = database_said_.spool_bytes;
  x.spool_bound = database_said_.spool_bound;
  x.spool_dropped = database_said_.spool_dropped;
  x.closed_until = database_said_.closed_until;
  x.database_behind = database_said_.behind;
  if (settings_.served)
    x.served = settings_.served();
  return x;
}

desk_actor::behavior_type desk(desk_pointer self, desk_settings settings) {
  return self->state.start(self, std::move(settings));
}

} // namespace sluice
