// Handlers of the performance monitor: each translates, asks registry or table, sends, and logs one event.
#include "actors/performance_monitor/monitor.hpp"

#include "actors/runtime/log.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace sluice {

namespace {

using monitor_pointer = monitor_actor::stateful_pointer<monitor_state>;

constexpr auto component = caf::atom("monitor");

instant now_of(monitor_pointer self) {
  return self->clock().now().time_since_epoch();
}

wall_time label_now() {
  return {std::chrono::duration_cast<std::chrono::microseconds>(caf::make_timestamp().time_since_epoch()).count()};
}

/// Tells collector and core about a gateway.
void announce(monitor_pointer self, const gateway_info& x) {
  if (self->state.collector)
    self->send(self->state.collector, x);
  if (self->state.core)
    self->send(self->state.core, x);
}

void log_refused_throttle(monitor_pointer self, const stream_id& stream, std::uint64_t generation,
                          const std::string& why) {
  std::uint64_t suppressed = 0;
  if (self->state.refused_throttles.pass(now_of(self), suppressed))
    log(log_events::throttle_refused, component, log_field{"stream", to_string(stream)},
        log_field{"generation", generation}, log_field{"reason", why}, log_field{"suppressed", suppressed});
}

void request_ended(monitor_pointer self, const std::string& gateway) {
  auto& under_way = self->state.under_way;
  if (const auto found = under_way.find(gateway); found != under_way.end() && --found->second == 0)
    under_way.erase(found);
}

void log_failed(monitor_pointer self, const std::string& request, const caf::error& why) {
  std::uint64_t suppressed = 0;
  if (self->state.failed_requests.pass(now_of(self), suppressed))
    log(log_events::request_failed, component, log_field{"request", request},
        log_field{"reason", self->system().render(why)}, log_field{"suppressed", suppressed});
}

/// Sends a message of bounded size to a gateway; calls `taken(result)` with its answer.
template<class Message, class Taken>
void ask(monitor_pointer self, const gateway_entry& to, Message message, Taken taken) {
  const auto& gateway = to.info.name;
  ++self->state.under_way[gateway];
  self->request(to.handle, self->state.options.request_timeout, std::move(message))
      .then(
          [self, gateway, taken = std::move(taken)](const apply_result& x) {
            request_ended(self, gateway);
            taken(x);
          },
          [self, gateway](const caf::error& why) {
            request_ended(self, gateway);
            log_failed(self, "throttles for " + gateway, why);
          });
}

/// The streams that a gateway refused something for. It speaks for itself alone; of a younger throttle that it holds
/// the older one is not repeated.
std::set<stream_id> refused_by(monitor_pointer self, const std::string& gateway, const apply_result& x) {
  std::set<stream_id> streams;
  for (const auto& one : x.refused) {
    if (one.stream.gateway != gateway || streams.size() >= self->state.options.batch)
      continue;
    self->state.throttles.superseded(one.stream, one.generation);
    streams.insert(one.stream);
  }
  return streams;
}

void on_applied(monitor_pointer self, const std::string& gateway, const std::vector<renewal>& sent,
                const apply_result& x) {
  const auto refused = refused_by(self, gateway, x);
  for (const auto& one : x.refused)
    if (refused.count(one.stream) != 0)
      log_refused_throttle(self, one.stream, one.generation, one.why);
  for (const auto& one : sent)
    if (refused.count(one.stream) == 0)
      self->state.throttles.delivered(one);
}

/// Sends throttles to their gateway in messages of bounded size; each must be answered in time.
void deliver(monitor_pointer self, const std::string& gateway, std::vector<throttle> throttles) {
  const auto* entry = self->state.registry.find(gateway);
  if (entry == nullptr || !entry->handle)
    return; // kept in the table: delivered when it registers
  const auto bound = self->state.options.batch;
  for (std::size_t first = 0; first < throttles.size(); first += bound) {
    const auto last = std::min(first + bound, throttles.size());
    throttle_batch part;
    part.throttles.assign(std::make_move_iterator(throttles.begin() + static_cast<std::ptrdiff_t>(first)),
                          std::make_move_iterator(throttles.begin() + static_cast<std::ptrdiff_t>(last)));
    std::vector<renewal> sent;
    for (const auto& x : part.throttles)
      sent.push_back({x.stream, x.generation});
    ask(self, *entry, std::move(part), [self, gateway, sent = std::move(sent)](const apply_result& x) {
      on_applied(self, gateway, sent, x);
    });
  }
}

/// What the gateway did not renew it is sent in full, unless it holds a younger throttle.
void on_renewed(monitor_pointer self, const std::string& gateway, const std::vector<renewal>& sent,
                const apply_result& x) {
  const auto refused = refused_by(self, gateway, x);
  std::vector<throttle> again;
  for (const auto& one : sent)
    if (refused.count(one.stream) != 0)
      if (auto full = self->state.throttles.missed(one, now_of(self)))
        again.push_back(std::move(*full));
  deliver(self, gateway, std::move(again));
}

/// Renewals for a gateway that knows them.
void renew(monitor_pointer self, const std::string& gateway, const std::vector<renewal>& renewals) {
  const auto* entry = self->state.registry.find(gateway);
  if (entry == nullptr || !entry->handle)
    return;
  const auto bound = self->state.options.batch;
  for (std::size_t first = 0; first < renewals.size(); first += bound) {
    const auto last = std::min(first + bound, renewals.size());
    lease_renewal part;
    part.renewals.assign(renewals.begin() + static_cast<std::ptrdiff_t>(first),
                         renewals.begin() + static_cast<std::ptrdiff_t>(last));
    auto sent = part.renewals;
    ask(self, *entry, std::move(part), [self, gateway, sent = std::move(sent)](const apply_result& x) {
      on_renewed(self, gateway, sent, x);
    });
  }
}

void deliver(monitor_pointer self, const std::string& gateway, gateway_orders orders) {
  renew(self, gateway, orders.renewals);
  deliver(self, gateway, std::move(orders.throttles));
}

[[nodiscard]] bool renews(monitor_pointer self, const std::string& gateway) {
  const auto* entry = self->state.registry.find(gateway);
  return entry != nullptr && entry->renews;
}

/// Asks a gateway that registered whether it knows renewals, by one of nothing: no lease hangs on the answer. One of an
/// earlier version answers an error, or not at all since it cannot read the message.
void ask_for_renewals(monitor_pointer self, const std::string& gateway, const gateway_actor& handle) {
  self->request(handle, self->state.options.request_timeout, lease_renewal{})
      .then(
          [self, address = handle.address()](const apply_result&) {
            self->state.registry.knows_renewals(address);
          },
          [self, gateway](const caf::error& why) {
            log(log_events::renewal_unknown, component, log_field{"gateway", gateway},
                log_field{"reason", self->system().render(why)});
          });
}

bool same(const std::vector<volume_info>& a, const std::vector<volume_info>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const volume_info& x, const volume_info& y) {
    return std::tie(x.name, x.backend, x.size_bytes, x.read_only)
           == std::tie(y.name, y.backend, y.size_bytes, y.read_only);
  });
}

caf::result<std::uint64_t> on_hello(monitor_pointer self, gateway_info info, gateway_actor handle) {
  auto& state = self->state;
  const auto name = info.name;
  const auto incarnation = info.incarnation;
  const auto volumes = info.volumes.size();
  std::string problem = handle ? "" : "its handle is empty";
  const auto* before = state.registry.find(name);
  const auto address = handle ? handle.address() : caf::actor_addr{};
  const bool known = before != nullptr && before->info.incarnation == incarnation && before->info.connected
                     && before->handle.address() == address;
  const bool other_volumes = known && !same(before->info.volumes, info.volumes);
  const auto former = before != nullptr ? before->handle : gateway_actor{};
  if (problem.empty())
    problem = state.registry.admit(std::move(info), handle, now_of(self), label_now());
  if (!problem.empty()) {
    std::uint64_t suppressed = 0;
    if (state.refused_hellos.pass(now_of(self), suppressed))
      log(log_events::gateway_refused, component, log_field{"gateway", name}, log_field{"reason", problem},
          log_field{"suppressed", suppressed});
    return caf::make_error(ec::gateway_refused, problem);
  }
  if (!known) {
    if (former)
      self->demonitor(former.address());
    self->monitor(handle);
    log(log_events::gateway_connected, component, log_field{"gateway", name}, log_field{"incarnation", incarnation},
        log_field{"volumes", volumes});
    announce(self, state.registry.find(name)->info);
    deliver(self, name, state.throttles.all(name, now_of(self)));
    ask_for_renewals(self, name, handle);
  } else if (other_volumes) {
    announce(self, state.registry.find(name)->info);
  }
  return state.incarnation;
}

void log_refused_sample(monitor_pointer self, const std::string& whose, const std::string& why) {
  std::uint64_t suppressed = 0;
  if (self->state.refused_samples.pass(now_of(self), suppressed))
    log(log_events::sample_refused, component, log_field{"stream", whose}, log_field{"reason", why},
        log_field{"suppressed", suppressed});
}

void on_samples(monitor_pointer self, sample_batch& batch) {
  auto& state = self->state;
  const auto outcome = state.registry.take(batch, now_of(self), label_now());
  if (!outcome.refused.empty()) {
    log_refused_sample(self, batch.gateway, outcome.refused);
    return;
  }
  if (log_accepts(log_events::samples_arrived.level, component))
    log(log_events::samples_arrived, component, log_field{"gateway", batch.gateway},
        log_field{"sequence", batch.sequence}, log_field{"at_us", now_of(self) / std::chrono::microseconds{1}});
  for (const auto& [stream, why] : outcome.bad)
    log_refused_sample(self, to_string(stream), why);
  if (outcome.back) {
    const auto& info = state.registry.find(batch.gateway)->info;
    log(log_events::gateway_connected, component, log_field{"gateway", info.name},
        log_field{"incarnation", info.incarnation}, log_field{"volumes", info.volumes.size()});
    announce(self, info);
  }
  state.replayed.keep(self->system(), batch, now_of(self));
  if (state.collector)
    self->send(state.collector, std::move(batch));
}

/// A gateway that reached the actor of the core's orders is refused, and the log says so.
bool from_gateway(monitor_pointer self) {
  const auto& sender = self->current_sender();
  if (!sender || sender->node() == self->system().node() || !self->state.registry.is_gateway(sender->node()))
    return false;
  log(log_events::throttle_refused, component, log_field{"stream", "all"}, log_field{"generation", 0},
      log_field{"reason", "a gateway gives no orders"});
  return true;
}

void on_throttles(monitor_pointer self, throttle_batch& batch) {
  auto& state = self->state;
  if (from_gateway(self))
    return;
  std::map<std::string, gateway_orders> by_gateway;
  for (auto& x : batch.throttles) {
    if (const auto problem = problem_with(x); !problem.empty()) {
      log_refused_throttle(self, x.stream, x.generation, problem);
      continue;
    }
    switch (state.throttles.keep(x, now_of(self))) {
    case throttle_table::kept::older:
      log_refused_throttle(self, x.stream, x.generation, "a younger generation was sent already");
      continue;
    case throttle_table::kept::held:
      if (renews(self, x.stream.gateway)) {
        by_gateway[x.stream.gateway].renewals.push_back({x.stream, x.generation});
        continue;
      }
      break;
    case throttle_table::kept::full:
      log_refused_throttle(self, x.stream, x.generation, "delivered but not kept: the table is full");
      break;
    case throttle_table::kept::yes:
      break;
    }
    by_gateway[x.stream.gateway].throttles.push_back(std::move(x));
  }
  for (auto& [gateway, orders] : by_gateway)
    deliver(self, gateway, std::move(orders));
}

void on_renewals(monitor_pointer self, const lease_renewal& batch) {
  auto& state = self->state;
  if (from_gateway(self))
    return;
  std::map<std::string, gateway_orders> by_gateway;
  for (const auto& x : batch.renewals) {
    if (const auto problem = problem_with(x); !problem.empty())
      log_refused_throttle(self, x.stream, x.generation, problem);
    else if (!state.throttles.prolong(x, renews(self, x.stream.gateway), now_of(self), by_gateway[x.stream.gateway]))
      log_refused_throttle(self, x.stream, x.generation, "a younger generation was sent already");
  }
  for (auto& [gateway, orders] : by_gateway)
    deliver(self, gateway, std::move(orders));
}

void on_tick(monitor_pointer self) {
  auto& state = self->state;
  self->delayed_send(self, state.options.tick, tick_atom::value);
  const auto now = now_of(self);
  for (const auto& [name, silent] : state.registry.fall_silent(now)) {
    log(log_events::gateway_lost, component, log_field{"gateway", name}, log_field{"reason", "no batch came"},
        log_field{"silent_ms", std::chrono::duration_cast<std::chrono::milliseconds>(silent).count()});
    announce(self, state.registry.find(name)->info);
  }
  if (!state.core)
    return;
  state.throttles.expire(now);
  for (const auto& info : state.registry.list())
    if (state.under_way.count(info.name) == 0)
      deliver(self, info.name, state.throttles.due(info.name, renews(self, info.name), now));
}

void on_gateway_down(monitor_pointer self, const caf::down_msg& x) {
  const auto name = self->state.registry.lose(x.source);
  if (name.empty())
    return;
  log(log_events::gateway_lost, component, log_field{"gateway", name},
      log_field{"reason", self->system().render(x.reason)}, log_field{"silent_ms", 0});
  announce(self, self->state.registry.find(name)->info);
}

void on_peer_up(monitor_pointer self, const std::string& role, const caf::strong_actor_ptr& who) {
  auto& state = self->state;
  log(log_events::peer_up, component, log_field{"role", role});
  const auto tell_all = [&](const auto& peer) {
    for (const auto& info : state.registry.list())
      self->send(peer, info);
  };
  if (role == "application-server") {
    state.collector = caf::actor_cast<application_server_actor>(who);
    tell_all(state.collector);
    state.replayed.begin(self, state.collector);
  } else if (role == "sla-core") {
    state.core = caf::actor_cast<sla_core_actor>(who);
    tell_all(state.core);
  }
}

void on_peer_down(monitor_pointer self, const std::string& role, const caf::error& why) {
  auto& state = self->state;
  log(log_events::peer_down, component, log_field{"role", role}, log_field{"reason", self->system().render(why)});
  if (role == "application-server") {
    state.collector = nullptr;
  } else if (role == "sla-core") {
    state.core = nullptr;
    state.throttles.clear(); // README, decision 4
  }
}

} // namespace

monitor_actor::behavior_type performance_monitor(monitor_pointer self, monitor_options options,
                                                 std::uint64_t incarnation) {
  self->state.options = options;
  self->state.registry = gateway_registry{options.registry};
  self->state.throttles = throttle_table{options.throttles};
  self->state.replayed = replay{options.replay};
  self->state.incarnation = incarnation;
  self->set_default_handler(caf::drop); // whoever sends what no interface says gets an error, not a line on the console
  self->set_error_handler([self](caf::error& x) { // an error message must not end the monitor
    log(log_events::request_failed, component, log_field{"request", "unknown"},
        log_field{"reason", self->system().render(x)});
  });
  self->set_down_handler([self](caf::down_msg& x) {
    on_gateway_down(self, x);
  });
  self->delayed_send(self, options.tick, tick_atom::value);
  return {
      [self](throttle_batch& batch) {
        on_throttles(self, batch);
      },
      [self](const lease_renewal& batch) {
        on_renewals(self, batch);
      },
      [self](list_atom) {
        return self->state.registry.list();
      },
      [self](peer_up_atom, const std::string& role, const caf::strong_actor_ptr& who) {
        on_peer_up(self, role, who);
      },
      [self](peer_down_atom, const std::string& role, const caf::error& why) {
        on_peer_down(self, role, why);
      },
      [self](hello_atom, gateway_info& info, gateway_actor& handle) {
        return on_hello(self, std::move(info), std::move(handle));
      },
      [self](sample_batch& batch) {
        on_samples(self, batch);
      },
      [self](tick_atom) {
        on_tick(self);
      },
  };
}

} // namespace sluice
