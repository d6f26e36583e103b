// Handlers of the control link.
#include "gateways/control/control_link.hpp"

#include "actors/runtime/log.hpp"

#include <algorithm>
#include <iterator>

namespace sluice::gateway {

namespace {

using link_pointer = control_actor::stateful_pointer<link_state>;

constexpr auto component = caf::atom("control");

/// Of a stream's name in the log, whatever the server calls it.
constexpr std::size_t longest_shown = 3 * max_name_size;

instant now_of(link_pointer self) {
  return self->clock().now().time_since_epoch();
}

wall_time label_now() {
  return {std::chrono::duration_cast<std::chrono::microseconds>(caf::make_timestamp().time_since_epoch()).count()};
}

/// The connection failed or broke: says so and tries again later.
void retry(link_pointer self, const std::string& why) {
  auto& state = self->state;
  const auto was = std::exchange(state.phase, link_phase::waiting);
  if (was == link_phase::registered && state.path.registered)
    state.path.registered(false);
  ++state.connection;
  if (state.door)
    self->demonitor(state.door.address());
  state.door = nullptr;
  std::uint64_t suppressed = 0;
  if (was == link_phase::registered)
    log(log_events::peer_down, component, log_field{"role", "performance-monitor"}, log_field{"reason", why});
  else if (state.failures.pass(now_of(self), suppressed))
    log(log_events::request_failed, component,
        log_field{"request", was == link_phase::connecting ? "connect" : "register"}, log_field{"reason", why},
        log_field{"suppressed", suppressed});
  std::uniform_real_distribution<double> any{0, 1};
  self->delayed_send(self, state.delay.next(any(state.chance)), caf::connect_atom::value);
}

void greet(link_pointer self) {
  auto& state = self->state;
  const auto connection = state.connection;
  state.options.self.volumes = state.path.volumes(); // a reload may have changed them
  self->request(state.door, state.options.hello_timeout, hello_atom::value, state.options.self,
                caf::actor_cast<gateway_actor>(self))
      .then(
          [self, connection](std::uint64_t server) {
            auto& now = self->state;
            if (now.connection != connection)
              return;
            if (std::exchange(now.phase, link_phase::registered) != link_phase::registered) {
              if (now.path.registered)
                now.path.registered(true);
              log(log_events::peer_up, component, log_field{"role", "performance-monitor"},
                  log_field{"server", now.options.server}, log_field{"incarnation", server});
            }
            now.delay.reset();
            self->delayed_send(self, now.options.hello_interval, hello_atom::value, connection);
          },
          [self, connection](const caf::error& why) {
            if (self->state.connection == connection)
              retry(self, self->system().render(why));
          });
}

void on_connected(link_pointer self, const caf::strong_actor_ptr& door, const std::set<std::string>& interface) {
  auto& state = self->state;
  if (!door || !self->system().assignable<gateway_door_actor>(interface)) {
    retry(self, "what listens there is no performance monitor of this version");
    return;
  }
  state.phase = link_phase::greeting;
  state.door = caf::actor_cast<gateway_door_actor>(door);
  ++state.connection;
  self->monitor(state.door);
  greet(self);
}

void connect(link_pointer self) {
  auto& state = self->state;
  if (state.phase != link_phase::waiting)
    return;
  state.phase = link_phase::connecting;
  self->request(state.connector, state.options.connect_timeout, caf::connect_atom::value, state.options.server,
                state.options.port)
      .then(
          [self](const caf::node_id&, const caf::strong_actor_ptr& door, const std::set<std::string>& interface) {
            on_connected(self, door, interface);
          },
          [self](const caf::error& why) {
            retry(self, self->system().render(why));
          });
}

/// Sends what was measured, in messages of bounded size; without a connection it is lost, and the sequence shows it.
void send_samples(link_pointer self, std::vector<sample> samples) {
  auto& state = self->state;
  const auto bound = state.options.batch;
  std::size_t first = 0;
  do { // an empty batch goes as well: it says that the gateway lives
    const auto last = std::min(first + bound, samples.size());
    sample_batch batch{state.options.self.name, state.options.self.incarnation, ++state.sequence, {}};
    if (state.phase == link_phase::registered) {
      batch.samples.assign(std::make_move_iterator(samples.begin() + static_cast<std::ptrdiff_t>(first)),
                           std::make_move_iterator(samples.begin() + static_cast<std::ptrdiff_t>(last)));
      self->send(state.door, std::move(batch));
    }
    first = last;
  } while (first < samples.size());
}

void log_events_of(link_state& state) {
  auto [events, dropped] = state.events->take();
  for (const auto& x : events) {
    const log_event event{to_string(x.what),
                          x.what == engine_event::kind::upstream_lost || x.what == engine_event::kind::client_refused
                              ? log_level::warning
                              : log_level::info};
    if (!log_accepts(event.level, component))
      continue;
    log_line(event, component,
             std::string{event.name} + ' ' + log_field{"subject", x.subject}.text() + (x.detail.empty() ? "" : " ")
                 + x.detail);
  }
  if (dropped > 0)
    log(log_events::events_dropped, component, log_field{"events", dropped});
}

void on_tick(link_pointer self) {
  auto& state = self->state;
  const auto now = self->clock().now();
  while (state.next_tick <= now) // what was missed is not made up for: the next sample covers it
    state.next_tick += state.options.sample_interval;
  self->scheduled_send(self, state.next_tick, tick_atom::value);
  auto samples = state.path.collect(now.time_since_epoch(), label_now()); // also alone: who is gone is forgotten
  if (state.phase != link_phase::alone)
    send_samples(self, std::move(samples));
  log_events_of(state);
}

/// Hands each order to the data path; what it does not take is answered, and one line per second says so.
template<class Order>
caf::result<apply_result> obey(link_pointer self, const std::vector<Order>& orders,
                               const std::function<std::string(const Order&)>& take, const log_event& refused,
                               line_limiter& lines) {
  auto& state = self->state;
  if (orders.size() > state.options.throttles)
    return caf::make_error(ec::invalid, "more than " + std::to_string(state.options.throttles) + " throttles at once");
  apply_result result;
  for (const auto& x : orders) {
    auto why = take(x);
    if (why.empty()) {
      ++result.applied;
      if (log_accepts(log_events::throttle_taken.level, component) && std::is_same_v<Order, throttle>)
        log(log_events::throttle_taken, component, log_field{"stream", to_string(x.stream)},
            log_field{"generation", x.generation}, log_field{"at_us", now_of(self) / std::chrono::microseconds{1}});
      continue;
    }
    const auto in_force = state.path.generation(x.stream);
    std::uint64_t suppressed = 0;
    if (lines.pass(now_of(self), suppressed))
      log(refused, component, log_field{"stream", to_string(x.stream).substr(0, longest_shown)},
          log_field{"generation", x.generation}, log_field{"in_force", in_force}, log_field{"reason", why},
          log_field{"suppressed", suppressed});
    result.refused.push_back({x.stream, in_force, std::move(why)});
  }
  return result;
}

} // namespace

control_actor::behavior_type control_link(link_pointer self, control_options options, data_path path,
                                          std::shared_ptr<event_buffer> events, caf::io::middleman_actor connector) {
  auto& state = self->state;
  state.options = std::move(options);
  state.path = std::move(path);
  state.events = std::move(events);
  state.connector = std::move(connector);
  state.chance.seed(static_cast<std::minstd_rand::result_type>(state.options.self.incarnation));
  state.next_tick = self->clock().now() + state.options.sample_interval;
  self->set_default_handler(caf::drop); // whoever sends what no interface says gets an error, not a line on the console
  self->set_error_handler([self](caf::error& x) { // an error message must not end the link
    log(log_events::request_failed, component, log_field{"request", "unknown"},
        log_field{"reason", self->system().render(x)});
  });
  self->set_down_handler([self](caf::down_msg& x) {
    if (self->state.door && x.source == self->state.door.address())
      retry(self, self->system().render(x.reason));
  });
  self->scheduled_send(self, state.next_tick, tick_atom::value);
  if (!state.options.server.empty()) {
    state.phase = link_phase::waiting;
    self->send(self, caf::connect_atom::value);
  }
  return {
      [self](const throttle_batch& batch) {
        auto& now = self->state;
        return obey(self, batch.throttles, now.path.apply, log_events::throttle_refused, now.refusals);
      },
      [self](const lease_renewal& batch) {
        auto& now = self->state;
        return obey(self, batch.renewals, now.path.renew, log_events::lease_not_renewed, now.not_renewed);
      },
      [self](tick_atom) {
        on_tick(self);
      },
      [self](caf::connect_atom) {
        connect(self);
      },
      [self](hello_atom, std::uint64_t connection) {
        if (self->state.connection == connection && self->state.phase == link_phase::registered)
          greet(self);
      },
  };
}

} // namespace sluice::gateway
