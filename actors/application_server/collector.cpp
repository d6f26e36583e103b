// The collector's handlers: each translates, calls what decides, sends, and logs one event.
#include "actors/application_server/collector.hpp"

#include "actors/application_server/http/answers.hpp"
#include "actors/application_server/http/metrics_text.hpp"
#include "actors/application_server/http/watch_topics.hpp"
#include "actors/application_server/observatory/admission_view.hpp"
#include "actors/application_server/unexpected.hpp"
#include "actors/runtime/log.hpp"

#include <cstdlib>
#include <initializer_list>

namespace sluice {

namespace {

constexpr auto component = caf::atom("collector");

/// Gateways that the monitor tells of right after it was found were connected before; no event for these.
constexpr duration introduction = std::chrono::seconds{3};

/// Most volumes of one gateway that are kept. Chosen.
constexpr std::size_t max_volumes = 1'000;

template<class Handle>
Handle as(const caf::strong_actor_ptr& x) {
  return caf::actor_cast<Handle>(x);
}

} // namespace

collector_actor::behavior_type collector_state::start(collector_pointer self, collector_settings settings,
                                                      desk_actor desk) {
  self_ = self;
  settings_ = std::move(settings);
  desk_ = std::move(desk);
  outbox_ = row_outbox{settings_.bounds};
  completeness_.emplace(settings_.time.monotonic(), settings_.time.wall());
  drop_the_unexpected(self_, component);
  self_->delayed_send(self_, settings_.tick, tick_atom::value);
  return {
      [this](const sample_batch& x) {
        on_batch(x);
      },
      [this](const gateway_info& x) {
        on_gateway(x);
      },
      [this](const sample_replay& x) {
        return on_replay(x);
      },
      [this](const core_report& x) {
        on_report(x);
      },
      [this](peer_up_atom, const std::string& role, const caf::strong_actor_ptr& who) {
        on_peer(role, who);
      },
      [this](peer_down_atom, const std::string& role, const caf::error& why) {
        on_peer_gone(role, why);
      },
      [this](const exchange_ptr& x, const standing_ptr& around) {
        on_call(*x, *around);
      },
      [this](const admission_question_ptr& x) {
        return judge(*x);
      },
      [this](const terms_ptr& x) {
        known_.agreements = x->agreements;
        known_.policy = x->policy;
        known_.promises.keep(known_.agreements);
        known_.intervals.keep(known_.agreements);
      },
      [this](const event& x) {
        record(x);
      },
      [this](const audit_entry& x) {
        outbox_.put(x);
      },
      [this](list_atom, const stream_id& x) {
        return known_.streams.find(x) != nullptr;
      },
      [this](tick_atom) {
        on_tick();
      },
      [this](stop_atom) {
        on_stop();
      },
  };
}

void collector_state::on_batch(const sample_batch& x) {
  if (stopping_)
    return;
  const auto now = settings_.time.monotonic();
  auto& count = known_.counters;
  ++count.batches;
  if (!valid_name(x.gateway)) {
    count.samples_refused += x.samples.size();
    return;
  }
  if (const auto missing = known_.gateways.note_batch(x.gateway, x.incarnation, x.sequence, settings_.time.wall())) {
    count.batches_lost += missing;
    if (const auto sum = lost_.pass(now, missing)) {
      log(log_events::samples_lost, component, log_field{"gateway", x.gateway}, log_field{"batches", *sum});
      record({settings_.time.wall(), event_kind::samples_lost, x.gateway,
              std::to_string(*sum) + " batches of samples are missing."});
    }
  }
  std::vector<const sample*> good;
  for (const auto& one : x.samples) {
    if (const auto why = refusal_of(x, one); why.empty()) {
      good.push_back(&one);
    } else {
      ++count.samples_refused;
      if (const auto sum = refused_.pass(now))
        log(log_events::sample_refused, component, log_field{"stream", to_string(one.stream)}, log_field{"reason", why},
            log_field{"samples", *sum});
    }
  }
  if (core_ && good.size() == x.samples.size()) {
    self_->send(core_, x);
  } else if (core_ && !good.empty()) {
    sample_batch rest{x.gateway, x.incarnation, x.sequence, {}};
    for (const auto* one : good)
      rest.samples.push_back(*one);
    self_->send(core_, std::move(rest));
  }
  for (const auto* one : good)
    keep(*one, x.incarnation);
  store_completed();
}

void collector_state::keep(const sample& x, std::uint64_t incarnation) {
  auto& count = known_.counters;
  const auto off = std::chrono::microseconds{std::llabs(x.taken.unix_us - settings_.time.wall().unix_us)};
  if (off > max_clock_difference) {
    ++count.samples_refused;
    if (const auto sum = refused_.pass(settings_.time.monotonic()))
      log(log_events::sample_refused, component, log_field{"stream", to_string(x.stream)},
          log_field{"reason", "the gateway's clock is off by more than a day; not stored"}, log_field{"samples", *sum});
    return;
  }
  switch (known_.streams.take(x, incarnation, settings_.time.monotonic(), completed_)) {
  case stream_book::taken::yes:
    ++count.samples_taken;
    break;
  case stream_book::taken::repeated:
    ++count.samples_repeated;
    break;
  case stream_book::taken::no_room:
    ++count.samples_without_room;
    break;
  }
}

void collector_state::on_gateway(const gateway_info& x) {
  if (!valid_name(x.name) || x.volumes.size() > max_volumes)
    return;
  const bool known_before = known_.gateways.gateways().contains(x.name);
  auto* record_of = known_.gateways.record(x.name);
  if (record_of == nullptr)
    return;
  const bool changed = record_of->connected != x.connected;
  const bool introduced = !known_before && settings_.time.monotonic() - monitor_found_ < introduction;
  record_of->version = x.version;
  record_of->connected = x.connected;
  record_of->last_heard = std::max(record_of->last_heard, x.last_heard);
  record_of->lost_before_monitor = x.batches_lost;
  record_of->volumes.clear();
  for (const auto& volume : x.volumes)
    record_of->volumes.push_back({volume.name, volume.backend, volume.size_bytes, volume.read_only});
  described_[x.name] = x;
  if (core_)
    self_->send(core_, x);
  if (changed && !introduced)
    record({settings_.time.wall(), x.connected ? event_kind::gateway_connected : event_kind::gateway_lost, x.name,
            x.connected ? "Gateway " + x.name + " connected." : "Gateway " + x.name + " is gone."});
}

void collector_state::on_report(const core_report& x) {
  std::vector<throttle> good;
  for (const auto& one : x.throttles)
    if (problem_with(one).empty())
      good.push_back(one);
  for (const auto& stream : x.forgotten)
    decisions_.forget(stream);
  for (const auto* list : std::initializer_list<const std::vector<throttle>*>{&good, &x.observed})
    for (const auto& one : *list)
      if (const auto changed = decisions_.note(one, x.at))
        outbox_.put(*changed);
  known_.decisions.take(good, x.forgotten, x.backends, x.complete);
  known_.decisions.take_observed(x.observed);
  if (x.complete)
    known_.base = base_of(x.started_with);
  for (const auto& one : x.events)
    record(one);
  for (const auto& one : x.verdicts) {
    known_.promises.note(one);
    known_.intervals.note(one);
    outbox_.put(one);
  }
  known_.intervals.settle();
}

admission_verdict_ptr collector_state::judge(const admission_question& x) const {
  const auto view = view_for_admission(known_);
  if (x.pending.empty())
    return std::make_shared<const admission_verdict>(
        admit({known_.agreements, view.backends, view.places}, x.candidate));
  auto in_force = known_.agreements;
  for (const auto& pending : x.pending) { // a version that is being stored stands in the place of the one before
    if (pending.name == x.candidate.name)
      continue;
    std::erase_if(in_force, [&](const agreement& y) {
      return y.name == pending.name;
    });
    in_force.push_back(pending);
  }
  return std::make_shared<const admission_verdict>(admit({in_force, view.backends, view.places}, x.candidate));
}

void collector_state::record(const event& x) {
  known_.note(x);
  outbox_.put(x);
  if (settings_.publish)
    settings_.publish(http::events_topic(), std::string{http::events_target}, http::event_json(x).dump(), true);
  if (settings_.announce)
    settings_.announce(x);
}

void collector_state::on_call(const exchange& x, const http::standing& around) {
  known_.rows_waiting = outbox_.unconfirmed();
  known_.rows_dropped = outbox_.dropped();
  known_.rows_stored = outbox_.confirmed_entries();
  if (x.call.what == http::operation::metrics) {
    auto said = http::metrics(known_, around);
    if (settings_.more_metrics)
      said.body += settings_.more_metrics();
    return x.answer(std::move(said));
  }
  x.answer(http::answer_from(known_, x.call, {settings_.time.monotonic(), settings_.time.wall()}));
}

void collector_state::on_peer(const std::string& role, const caf::strong_actor_ptr& who) {
  log(log_events::peer_up, component, log_field{"role", role});
  if (role == "sla-core") {
    core_ = as<sla_core_actor>(who);
    for (const auto& [gateway, info] : described_)
      self_->send(core_, info);
  } else if (role == "database-manager") {
    outbox_.peer_lost(); // whatever the one before was sent, this one has not confirmed
    database_ = as<database_manager_actor>(who);
    hold_until_ = instant{0};
    flush();
  } else if (role == "performance-monitor") {
    monitor_ = as<performance_monitor_actor>(who);
    monitor_found_ = settings_.time.monotonic();
    self_->request(monitor_, std::chrono::seconds{5}, list_atom::value)
        .then(
            [this](const std::vector<gateway_info>& all) {
              for (const auto& one : all)
                on_gateway(one);
            },
            [](const caf::error& why) {
              log(log_events::request_failed, component, log_field{"request", "list-gateways"},
                  log_field{"reason", caf::to_string(why)});
            });
  }
  self_->send(desk_, peer_up_atom::value, role, who);
}

void collector_state::on_peer_gone(const std::string& role, const caf::error& why) {
  log(log_events::peer_down, component, log_field{"role", role}, log_field{"reason", self_->system().render(why)});
  if (role == "sla-core") {
    core_ = nullptr;
  } else if (role == "database-manager") {
    database_ = nullptr;
    outbox_.peer_lost();
  } else if (role == "performance-monitor") {
    monitor_ = nullptr;
  }
  self_->send(desk_, peer_down_atom::value, role, why);
}

void collector_state::on_tick() {
  self_->delayed_send(self_, settings_.tick, tick_atom::value);
  const auto now = settings_.time.monotonic();
  known_.streams.advance(now, completed_);
  store_completed();
  if (const auto dropped = outbox_.dropped(); dropped > dropped_before_) {
    if (const auto sum = dropped_.pass(now, dropped - dropped_before_))
      log(log_events::rows_dropped, component, log_field{"rows", *sum},
          log_field{"reason", "too many wait for the database, or it refused them"});
    dropped_before_ = dropped;
  }
  tell_watchers();
  if (now >= next_flush_) {
    next_flush_ = now + settings_.flush_every;
    flush();
    self_->send(desk_, status_atom::value, std::uint64_t{outbox_.unconfirmed()});
  }
}

void collector_state::tell_watchers() {
  const auto at = settings_.time.wall();
  const auto second = at.unix_us / 1'000'000;
  if (!settings_.wanted || second == told_second_)
    return;
  told_second_ = second;
  for (auto& x : http::texts_of(*settings_.wanted(), known_, {settings_.time.monotonic(), at}))
    settings_.publish(std::move(x.topic), std::move(x.target), std::move(x.data), false);
}

void collector_state::on_stop() {
  if (stopping_) // the farewell is over
    return self_->quit();
  stopping_ = true;
  known_.streams.close(settings_.time.monotonic(), completed_);
  store_completed();
  hold_until_ = instant{0};
  flush();
  if (!database_ || outbox_.unconfirmed() == 0)
    self_->quit();
  else
    self_->delayed_send(self_, settings_.farewell, stop_atom::value);
}

collector_actor::behavior_type collector(collector_pointer self, collector_settings settings, desk_actor desk) {
  return self->state.start(self, std::move(settings), std::move(desk));
}

} // namespace sluice
