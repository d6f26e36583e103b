// Handlers of the SLA core: each translates, calls the pure loop, sends, and logs decisions.
#include "actors/sla_core/core.hpp"

#include "actors/runtime/log.hpp"
#include "actors/sla_core/decision_log.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace sluice {

namespace {

using core_pointer = core_actor::stateful_pointer<core_state>;

constexpr auto component = caf::atom("core");

instant now_of(core_pointer self) {
  return self->clock().now().time_since_epoch();
}

wall_time label_now() {
  return {std::chrono::duration_cast<std::chrono::microseconds>(caf::make_timestamp().time_since_epoch()).count()};
}

void on_samples(core_pointer self, const sample_batch& batch) {
  const auto now = now_of(self);
  if (log_accepts(log_events::samples_taken.level, component))
    log(log_events::samples_taken, component, log_field{"gateway", batch.gateway},
        log_field{"sequence", batch.sequence});
  for (const auto& x : batch.samples)
    take(self->state.loop, batch.incarnation, x, now);
}

void log_refused(core_pointer self, std::uint64_t refused) {
  std::uint64_t suppressed = 0;
  if (refused > 0 && self->state.refused_samples.pass(now_of(self), suppressed))
    log(log_events::sample_refused, component, log_field{"samples", refused},
        log_field{"reason", "repeated, nonsense or beyond a bound"}, log_field{"suppressed", suppressed});
}

/// At most `bound` elements from `first` on; the list may make them only now.
template<class List>
std::vector<typename List::value_type> part_of(const List& all, std::size_t first, std::size_t bound) {
  std::vector<typename List::value_type> result;
  const auto end = first + std::min(bound, all.size() - std::min(first, all.size()));
  result.reserve(end - first);
  for (auto i = first; i < end; ++i)
    result.push_back(all[i]);
  return result;
}

/// To the performance monitor, in messages of bounded size. Without one they are lost: the plan repeats them.
template<class Message, class List>
void send_parts(core_pointer self, const List& all) {
  if (!self->state.monitor)
    return;
  const auto bound = self->state.options.batch;
  for (std::size_t first = 0; first < all.size(); first += bound)
    self->send(self->state.monitor, Message{part_of(all, first, bound)});
}

/// To the application server: what changed, or all of it when it knows nothing yet. Nothing if there is nothing to say.
void send_report(core_pointer self, const loop_output& out, instant now, wall_time label) {
  auto& state = self->state;
  if (!state.server || !state.loop.terms_known)
    return;
  core_report report;
  report.at = label;
  report.complete = state.server_knows_nothing;
  if (report.complete)
    report.started_with = started_with(state.options.policy);
  const auto everything = report.complete ? in_force(state.loop) : std::vector<throttle>{};
  const auto all_observed = report.complete ? would_be_in_force(state.loop) : std::vector<throttle>{};
  const auto throttles = report.complete ? everything.size() : out.throttles.size();
  const auto observed = report.complete ? all_observed.size() : out.observed.size();
  if (report.complete || now - state.status_sent >= state.options.status_interval) {
    report.backends.assign(out.backends.begin(), out.backends.end());
    state.status_sent = now;
  }
  report.forgotten = out.forgotten;
  report.events.assign(out.events.begin(), out.events.end());
  report.verdicts = out.verdicts;
  state.server_knows_nothing = false;

  // The first part says everything but the throttles beyond the bound; those follow as changes.
  const auto complete = report.complete;
  const auto bound = state.options.batch;
  std::size_t first = 0;
  do {
    report.throttles = complete ? part_of(everything, first, bound) : part_of(out.throttles, first, bound);
    report.observed = complete ? part_of(all_observed, first, bound) : part_of(out.observed, first, bound);
    first += bound;
    if (report.complete || !report.throttles.empty() || !report.backends.empty() || !report.forgotten.empty()
        || !report.events.empty() || !report.verdicts.empty() || !report.observed.empty())
      self->send(state.server, std::move(report));
    report = core_report{};
    report.at = label;
  } while (first < throttles || first < observed);
}

/// At debug level, for whoever wants to know how soon something was decided, and what that took.
void log_steps(const loop_output& out, duration took) {
  if (!log_accepts(log_events::throttle_sent.level, component))
    return;
  for (const auto& x : out.throttles)
    log(log_events::throttle_sent, component, log_field{"stream", to_string(x.stream)},
        log_field{"generation", x.generation});
  log(log_events::planned, component, log_field{"throttles", out.throttles.size()},
      log_field{"renewals", out.renewals.size()}, log_field{"samples", out.taken},
      log_field{"took_us", std::chrono::duration_cast<std::chrono::microseconds>(took).count()});
}

void make_plan(core_pointer self) {
  auto& state = self->state;
  const auto now = now_of(self);
  state.planned = now;
  state.order_waits = false;
  const auto label = label_now();
  const auto& out = step(state.loop, now, label, state.options.policy);
  send_parts<throttle_batch>(self, out.throttles);
  send_parts<lease_renewal>(self, out.renewals);
  log_steps(out, now_of(self) - now);
  log_refused(self, out.refused);
  log_decisions(out, component, state.options.lines_bound);
  send_report(self, out, now, label);
}

/// Ticks that could not be kept are a sign that the core has too much to do; said once a second.
void log_late(core_pointer self, const tick_schedule::punctuality& x) {
  auto& state = self->state;
  state.skipped_ticks += x.skipped;
  std::uint64_t suppressed = 0;
  if (x.skipped > 0 && state.late_ticks.pass(now_of(self), suppressed))
    log(log_events::tick_late, component,
        log_field{"late_ms", std::chrono::duration_cast<std::chrono::milliseconds>(x.late).count()},
        log_field{"skipped", std::exchange(state.skipped_ticks, 0)}, log_field{"suppressed", suppressed});
}

/// The next tick is asked for when this one is done: ticks never wait for each other in the mailbox.
void on_tick(core_pointer self) {
  log_late(self, self->state.schedule.begin(now_of(self)));
  make_plan(self);
  self->delayed_send(self, self->state.schedule.wait(now_of(self)), tick_atom::value);
}

/// Somebody waits for an order to be in force. A plan more between two ticks is what a plan makes of late samples.
void plan_order(core_pointer self) {
  auto& state = self->state;
  const auto left = state.planned + state.options.order_interval - now_of(self);
  if (left <= duration::zero())
    make_plan(self);
  else if (!std::exchange(state.order_waits, true))
    self->delayed_send(self, left, order_atom::value);
}

bool same_orders(const std::vector<active_override>& a, const std::vector<active_override>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const active_override& x, const active_override& y) {
    return x.order == y.order;
  });
}

/// A wrong one changes nothing; each mistake is a line of its own.
void take_policy(core_pointer self, policy_document&& x) {
  auto& state = self->state;
  const auto known = state.loop.document.version;
  const auto version = x.version;
  const auto wrong = set_policy(state.loop, std::move(x), state.options.policy);
  for (const auto& mistake : wrong)
    log(log_events::policy_refused, component, log_field{"version", version}, log_field{"path", mistake.path},
        log_field{"reason", mistake.what}, log_field{"in_force", known});
  const auto& taken = state.loop.document;
  if (wrong.empty() && taken.version != known)
    log(log_events::policy_taken, component, log_field{"version", taken.version}, log_field{"who", taken.author},
        log_field{"why", taken.reason}, log_field{"policy", summary_of(taken)});
}

std::uint64_t on_terms(core_pointer self, terms& x) {
  auto& state = self->state;
  take_policy(self, std::move(x.policy));
  const auto before = state.loop.terms_revision;
  const auto orders_before = state.loop.overrides;
  const auto wrong = set_terms(state.loop, std::move(x.agreements), x.overrides, now_of(self), label_now());
  const auto ordered = !same_orders(orders_before, state.loop.overrides);
  if (state.loop.terms_revision != before || ordered)
    log(log_events::terms_taken, component, log_field{"agreements", state.loop.agreements.size()},
        log_field{"overrides", state.loop.overrides.size()});
  if (!wrong.empty())
    log(log_events::request_failed, component, log_field{"request", "terms"},
        log_field{"reason", wrong.front().first + ": " + wrong.front().second.path + ' ' + wrong.front().second.what},
        log_field{"refused", wrong.size()});
  if (ordered)
    plan_order(self);
  return state.loop.agreements.size();
}

void on_peer_up(core_pointer self, const std::string& role, const caf::strong_actor_ptr& who) {
  auto& state = self->state;
  log(log_events::peer_up, component, log_field{"role", role});
  if (role == "performance-monitor") {
    state.monitor = caf::actor_cast<performance_monitor_actor>(who);
    // It may have been restarted and know none.
    const auto everything = in_force(state.loop);
    send_parts<throttle_batch>(self, everything);
  } else if (role == "application-server") {
    state.server = caf::actor_cast<application_server_actor>(who);
    state.server_knows_nothing = true;
  }
}

void on_peer_down(core_pointer self, const std::string& role, const caf::error& why) {
  log(log_events::peer_down, component, log_field{"role", role}, log_field{"reason", self->system().render(why)});
  if (role == "performance-monitor")
    self->state.monitor = nullptr;
  else if (role == "application-server")
    self->state.server = nullptr;
}

} // namespace

core_actor::behavior_type sla_core(core_pointer self, core_options options) {
  self->state.options = options;
  self->state.schedule = tick_schedule{options.tick};
  self->set_default_handler(caf::drop); // whoever sends what no interface says gets an error, not a line on the console
  self->set_error_handler([self](caf::error& x) { // an error message must not end the core
    log(log_events::request_failed, component, log_field{"request", "unknown"},
        log_field{"reason", self->system().render(x)});
  });
  self->delayed_send(self, options.tick, tick_atom::value);
  return {
      [self](const sample_batch& batch) {
        on_samples(self, batch);
      },
      [](const gateway_info&) {
        // Nothing to decide: a gateway that is lost sends no samples, and one that returns says which generation it
        // has.
      },
      [self](terms& x) {
        return on_terms(self, x);
      },
      [self](peer_up_atom, const std::string& role, const caf::strong_actor_ptr& who) {
        on_peer_up(self, role, who);
      },
      [self](peer_down_atom, const std::string& role, const caf::error& why) {
        on_peer_down(self, role, why);
      },
      [self](tick_atom) {
        on_tick(self);
      },
      [self](order_atom) {
        if (self->state.order_waits)
          make_plan(self);
      },
  };
}

} // namespace sluice
