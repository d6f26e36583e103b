// The published actor: its behaviour, the operations on agreements and orders, its status, and how it ends.
#include "actors/database_manager/database_manager.hpp"

#include "actors/calendar/excluded_time.hpp"
#include "actors/database_manager/store/address.hpp"
#include "actors/database_manager/store/imported_verdicts.hpp"
#include "actors/database_manager/store/storable.hpp"
#include "actors/runtime/log.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace sluice {

namespace {

/// Replaces the element for which `same` holds, or appends.
template<class T, class Same>
void put(std::vector<T>& list, const T& x, Same same) {
  const auto found = std::find_if(list.begin(), list.end(), same);
  if (found == list.end())
    list.push_back(x);
  else
    *found = x;
}

void put_agreement(terms& in_force, const agreement& x) {
  put(in_force.agreements, x, [&](const agreement& y) {
    return y.name == x.name;
  });
}

void put_order(terms& in_force, const override_order& x) {
  put(in_force.overrides, x, [&](const override_order& y) {
    return y.stream == x.stream;
  });
}

void put_token(terms& in_force, const access_token& x) {
  put(in_force.tokens, x, [&](const access_token& y) {
    return y.id == x.id;
  });
}

/// What is wrong with a part of a request, in one line; empty = nothing.
std::string problem_in(const agreement& x) {
  std::string text;
  for (const auto& mistake : check(x))
    text += (text.empty() ? "" : "; ") + mistake.path + ' ' + mistake.what;
  return text;
}

std::string problem_in(const override_order& x) {
  return store::problem_with(x);
}

std::string problem_in(const policy_document& x) {
  return store::problem_with(x);
}

std::string problem_in(const access_token& x) {
  return valid_access_id(x.id) && store::storable(std::string_view{x.label})
                 && store::storable(std::string_view{x.created_by})
             ? ""
             : "that is no token";
}

std::string problem_in(const std::string& x) {
  return valid_name(x) ? "" : "that is no name of an agreement";
}

std::string problem_in(const stream_id& x) {
  return valid_name(x.gateway) && valid_name(x.volume) && valid_name(x.client) ? "" : "that is no name of a stream";
}

std::string problem_in(const exclusion_change& x) {
  return x.what.withdraws == 0 ? calendar::problem_with_times(x.what) : std::string{};
}

std::string problem_in(const verdict_import& x) {
  return store::problem_with(x);
}

/// When the last month ended of any agreement that an exclusion may be about; of UTC where there is none.
wall_time closed_until(const terms& in_force, const std::string& pattern, wall_time now) {
  const auto month_begin = [&](const std::string& zone_name) {
    const auto zone = calendar::zone::find(zone_name);
    return zone ? calendar::closed_until(*zone, now) : now;
  };
  auto latest = month_begin("UTC");
  for (const auto& x : in_force.agreements)
    if (pattern.empty() || matches(pattern, x.name))
      latest = std::max(latest, month_begin(x.objective.compliance.time_zone));
  return latest;
}

template<caf::atom_value V>
std::string problem_in(const caf::atom_constant<V>&) {
  return {};
}

database_manager_full_actor::behavior_type
run(database_manager_full_actor::stateful_pointer<database_manager_state> self, database_manager_settings settings) {
  return self->state.start(self, std::move(settings));
}

} // namespace

wall_time system_wall_time() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return wall_time{std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}

database_manager_actor spawn_database_manager(caf::actor_system& system, database_manager_settings settings) {
  return system.spawn(run, std::move(settings));
}

database_manager_full_actor::behavior_type database_manager_state::start(pointer self,
                                                                         database_manager_settings settings) {
  self_ = self;
  settings_ = std::move(settings);
  if (!settings_.clock)
    settings_.clock = system_wall_time;
  rows_ = decltype(rows_){settings_.buffer_lines};
  if (store::readable_by_others(settings_.connection.password_file))
    log(log_events::secret_file_open, caf::atom("database"),
        log_field{"file", settings_.connection.password_file.string()});
  auto database = std::make_shared<store::database>(settings_.connection);
  line_ = database->line();
  worker_ =
      self->spawn<caf::detached + caf::linked>(store_worker, std::move(database), settings_.clock, settings_.kept);
  spawn_desks();
  spawn_keeper();
  open_spool();
  self->set_exit_handler([this](caf::exit_msg& x) {
    if (x.source == worker_.address() || x.source == keeper_.address() || (spool_ && x.source == spool_.address()))
      self_->quit(x.reason); // only a bug ends a worker
    else
      stop(x.reason);
  });
  connect();
  self->delayed_send(self, settings_.maintenance_interval, maintain_atom::value);
  return {
      [this](create_atom, const agreement& x) {
        return ask<agreement>(put_agreement, create_atom::value, x);
      },
      [this](replace_atom, const agreement& x) {
        return ask<agreement>(put_agreement, replace_atom::value, x);
      },
      [this](end_atom, const std::string& of) {
        return ask<agreement>(
            [](terms& in_force, const agreement& ended) {
              std::erase_if(in_force.agreements, [&](const agreement& x) {
                return x.name == ended.name;
              });
            },
            end_atom::value, of);
      },
      [this](history_atom, const std::string& of) {
        return ask<std::vector<agreement>>([](terms&, const std::vector<agreement>&) {}, history_atom::value, of);
      },
      [this](order_atom, const override_order& x) {
        return ask<override_order>(put_order, order_atom::value, x);
      },
      [this](retract_atom, const stream_id& x) {
        return ask<override_order>(
            [](terms& in_force, const override_order& gone) {
              std::erase_if(in_force.overrides, [&](const override_order& y) {
                return y.stream == gone.stream;
              });
            },
            retract_atom::value, x);
      },
      [this](replace_atom, const policy_document& x) {
        return ask<policy_document>(
            [](terms& in_force, const policy_document& stored) {
              in_force.policy = stored;
            },
            replace_atom::value, x);
      },
      [this](history_atom) {
        return ask<std::vector<policy_document>>([](terms&, const std::vector<policy_document>&) {},
                                                 history_atom::value);
      },
      [this](terms_atom) {
        return current_terms();
      },
      [this](const row_batch& x) {
        return take(x);
      },
      [this](status_atom) {
        return status();
      },
      [this](create_atom, const exclusion& x) {
        return ask<exclusion>(
            [](terms&, const exclusion&) {}, create_atom::value,
            exclusion_change{x, closed_until(terms_.value_or(terms{}), x.agreements, settings_.clock())});
      },
      [this](retract_atom, const exclusion& x) {
        return ask<exclusion>([](terms&, const exclusion&) {}, retract_atom::value,
                              exclusion_change{x, closed_until(terms_.value_or(terms{}), {}, settings_.clock())});
      },
      [this](create_atom, const access_token& x) {
        return ask<access_token>(put_token, create_atom::value, x);
      },
      [this](retract_atom, const access_token& x) {
        return ask<access_token>(put_token, retract_atom::value, x);
      },
      [this](const history_question& x) -> caf::result<history_answer> {
        if (link_ != link::connected || stopping_)
          return away_error();
        return self_->delegate(queries_, x);
      },
      [this](const export_question& x) {
        return export_part(x);
      },
      [this](const verdict_import& x) {
        return ask<std::uint64_t>([](terms&, std::uint64_t) {}, x);
      },
      [this](event& x) {
        note_event(std::move(x));
        flush();
      },
      [this](connect_atom) {
        connect();
      },
      [this](maintain_atom) {
        maintain();
        self_->delayed_send(self_, settings_.maintenance_interval, maintain_atom::value);
      },
      [this](flush_atom) {
        resting_ = disk_rests_ = false;
        flush();
      },
      [this](stop_atom) {
        finish();
      },
  };
}

void database_manager_state::spawn_desks() {
  auto& system = self_->home_system();
  queries_ = spawn_query_desk(system, {settings_.connection, settings_.kept, settings_.queries_waiting,
                                       settings_.query_patience, settings_.clock});
  export_settings exports;
  exports.connection = settings_.connection;
  exports.kept = settings_.kept;
  exports.key = settings_.key;
  exports.clock = settings_.clock;
  exports.patience = settings_.query_patience;
  exports.waiting = settings_.queries_waiting;
  exports.tell = [me = caf::actor_cast<caf::weak_actor_ptr>(self_)](const event& x) {
    if (const auto who = caf::actor_cast<caf::strong_actor_ptr>(me))
      caf::anon_send(caf::actor_cast<caf::actor>(who), x);
  };
  exports_ = spawn_export_desk(system, std::move(exports));
}

void database_manager_state::spawn_keeper() {
  auto second = std::make_shared<store::database>(settings_.connection);
  keeper_line_ = second->line();
  // What was signed is checked: a root that holds a broken chain should not be handed out.
  const auto day_signed = [desk = exports_] {
    caf::anon_send(desk, check_atom::value);
  };
  keeper_ = self_->spawn<caf::detached + caf::linked>(maintenance_worker, std::move(second), settings_.clock,
                                                      settings_.kept, settings_.key, day_signed);
}

caf::result<export_page> database_manager_state::export_part(const export_question& x) {
  const bool reads = x.what != export_kind::key && (x.what != export_kind::check || x.begin);
  if (stopping_ || (reads && link_ != link::connected))
    return away_error();
  return self_->delegate(exports_, x);
}

/// Asks the worker and answers what it answers; `effect` tells the terms in memory of a success.
template<class T, class Effect, class... Request>
caf::typed_response_promise<T> database_manager_state::ask(Effect effect, const Request&... request) {
  auto promise = self_->make_response_promise<T>();
  std::string wrong;
  ((wrong += problem_in(request)), ...);
  if (!wrong.empty()) {
    promise.deliver(caf::error{ec::invalid, wrong});
    return promise;
  }
  if (link_ != link::connected || stopping_) {
    promise.deliver(away_error());
    return promise;
  }
  const auto epoch = asking();
  self_->request(worker_, settings_.patience, request...)
      .then(
          [this, promise, effect, epoch](const T& x) mutable {
            if (terms_ && epoch == epoch_)
              effect(*terms_, x);
            promise.deliver(x);
            answered(epoch);
          },
          [this, promise, epoch](const caf::error& problem) mutable {
            if (problem == caf::sec::request_timeout)
              promise.deliver(caf::error{ec::database_failed, "PostgreSQL does not answer: it may or may not have been "
                                                              "stored, repeat the request"});
            else
              promise.deliver(problem);
            answered(epoch, &problem);
          });
  return promise;
}

caf::result<terms> database_manager_state::current_terms() const {
  if (!terms_)
    return away_error();
  auto copy = *terms_;
  const auto now = settings_.clock();
  std::erase_if(copy.overrides, [&](const override_order& x) {
    return x.until != wall_time{} && x.until <= now;
  });
  return copy;
}

database_status database_manager_state::status() const {
  database_status x;
  x.connected = link_ == link::connected;
  x.schema_version = schema_version_;
  x.rows_waiting = rows_.lines();
  x.rows_bound = rows_.bound();
  x.rows_stored = rows_stored_;
  x.rows_repeated = rows_repeated_;
  x.away_since = away_since_;
  x.last_error = last_error_;
  x.rows_late = rows_late_;
  x.closed_until = wall_time{closed_until_ * 1'000'000};
  x.spool_bytes = spool_bytes_;
  x.spool_bound = spool_bound_;
  x.spool_dropped = spool_dropped_;
  if (!rows_.empty())
    x.behind = now() - rows_.front().taken;
  return x;
}

void database_manager_state::open_spool() {
  if (settings_.spool == nullptr)
    return;
  spool_bytes_ = settings_.spool->bytes();
  spool_bound_ = settings_.spool->bound();
  spooled_ = !settings_.spool->empty();
  spool_ = self_->spawn<caf::detached + caf::linked>(spool_worker, std::exchange(settings_.spool, nullptr),
                                                     settings_.spool_group_bytes);
}

void database_manager_state::stop(const caf::error& reason) {
  if (stopping_)
    return;
  stopping_ = true;
  stop_reason_ = reason;
  self_->delayed_send(self_, settings_.stop_patience, stop_atom::value);
  flush();
  end_if_done();
}

void database_manager_state::end_if_done() {
  const bool nowhere_to_go = link_ != link::connected && !spool_;
  if (stopping_ && asked_ == 0 && !syncing_ && (rows_.empty() || nowhere_to_go))
    finish();
}

void database_manager_state::finish() {
  if (asked_ > 0)
    line_->cut(); // the worker's call returns now
  if (keeping_)
    keeper_line_->cut();
  while (!rows_.empty())
    rows_.pop().second.deliver(caf::error{ec::peer_absent, "the database manager stops"});
  self_->send_exit(worker_, caf::exit_reason::user_shutdown);
  self_->send_exit(queries_, caf::exit_reason::user_shutdown);
  self_->send_exit(exports_, caf::exit_reason::user_shutdown);
  self_->send_exit(keeper_, caf::exit_reason::user_shutdown);
  if (spool_)
    self_->send_exit(spool_, caf::exit_reason::user_shutdown);
  self_->quit(stop_reason_);
}

} // namespace sluice
