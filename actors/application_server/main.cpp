// The process sluice-application-server: joins HTTP, desk and collector with shared memory.
#include "actors/application_server/collector.hpp"
#include "actors/application_server/desk.hpp"
#include "actors/application_server/front_door.hpp"
#include "actors/application_server/http/static_files.hpp"
#include "actors/application_server/http/token_file.hpp"
#include "actors/application_server/server_config.hpp"
#include "actors/application_server/webhook_sender.hpp"
#include "actors/runtime/log.hpp"
#include "actors/runtime/process.hpp"
#include "shm/inspect/clock.hpp"
#include "shm/inspect/instance_reader.hpp"
#include "shm/transport/finder.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>

namespace {

using namespace sluice;

constexpr auto component = caf::atom("http");

std::string token_of(const application_server_config& config) {
  const auto obtained = http::obtain_token(config.token_file);
  if (const auto* why = std::get_if<std::string>(&obtained))
    throw resource_missing{*why};
  const auto& token = std::get<http::token>(obtained);
  if (token.made)
    log(log_events::token_made, component, log_field{"file", config.token_file});
  return token.text;
}

constexpr auto webhook_component = caf::atom("webhook");

/// For deliveries that wait when the process stops. Chosen: as for the last rows.
constexpr duration webhook_farewell = std::chrono::seconds{2};

/// The configured webhooks with their secrets, each made at the first start if there is none.
std::vector<webhook> webhooks_of(const application_server_config& config) {
  std::vector<webhook> all;
  for (auto& x : config.subscriptions()) {
    const auto obtained = http::obtain_token(x.secret_file);
    if (const auto* why = std::get_if<std::string>(&obtained))
      throw resource_missing{"webhook." + x.name + ".secret-file: " + *why};
    const auto& secret = std::get<http::token>(obtained);
    if (secret.made)
      log(log_events::webhook_secret_made, webhook_component, log_field{"webhook", x.name},
          log_field{"file", x.secret_file});
    auto kept = std::make_shared<const webhooks::signing_secret>(secret.text);
    all.push_back({std::move(x), std::move(kept)});
  }
  return all;
}

void log_news(const webhook_news& x) {
  using kind = webhook_news::kind;
  const log_field name{"webhook", x.webhook};
  const log_field reason{"reason", x.text};
  const log_field count{"deliveries", x.deliveries};
  switch (x.what) {
  case kind::delivered:
    return log(log_events::webhook_delivered, webhook_component, name, log_field{"delivery", x.text});
  case kind::failing:
    return log(log_events::webhook_failing, webhook_component, name, reason);
  case kind::working:
    return log(log_events::webhook_working, webhook_component, name, log_field{"failed_attempts", x.deliveries});
  case kind::given_up:
    return log(log_events::webhook_given_up, webhook_component, name, count, reason);
  case kind::dropped:
    return log(log_events::webhook_dropped, webhook_component, name, count, reason);
  case kind::stopped:
    return log(log_events::webhook_stopped, webhook_component, name, reason);
  case kind::unsent:
    return log(log_events::webhook_unsent, webhook_component, name, count);
  }
}

/// Empty if none is configured: then there is no thread either.
std::unique_ptr<webhook_sender> sender_of(caf::actor_system& system, const application_server_config& config) {
  auto all = webhooks_of(config);
  if (all.empty())
    return nullptr;
  webhook_settings options;
  options.tell = [&system](const webhook_news& x) {
    const log_scope scope{system};
    log_news(x);
  };
  options.run = std::to_string(options.time.wall().unix_us);
  return std::make_unique<webhook_sender>(std::move(all), std::move(options));
}

http::static_files files_of(const application_server_config& config) {
  http::static_files files;
  if (!config.web_directory.empty())
    if (const auto problem = files.load(config.web_directory); !problem.empty())
      throw resource_missing{problem};
  return files;
}

http::carriage_mailbox carriage_to(const std::string& receiver, const shm::inspect::snapshot& seen) {
  http::carriage_mailbox result{receiver, false, 0, {}};
  const auto box = std::find_if(seen.mailboxes.begin(), seen.mailboxes.end(), [&](const auto& x) {
    return x.name == receiver && x.problem.empty();
  });
  if (box == seen.mailboxes.end() || box->state == shm::inspect::liveness::dead)
    return result; // what a dead process left over is nobody's load
  result.up = box->state == shm::inspect::liveness::alive;
  result.heartbeats = box->heartbeat;
  for (const auto& x : box->lanes) {
    if (x.sender == box->role)
      continue; // nobody writes to himself
    auto& lane = result.lanes.emplace_back(http::carriage_lane{
        x.sender_name, x.messages, x.bytes, x.recovered, x.refused, x.full, x.used(), box->sizes.slots_per_lane, {}});
    if (x.oldest)
      lane.oldest_seconds = std::chrono::duration<double>(*x.oldest).count();
  }
  return result;
}

/// Every mailbox of the instance, read as sluice-shm-inspect does, and our own end of the transport. Any thread.
http::carriage carriage_now(const application_server_config& config, const shm::transport& carrier) {
  http::carriage result;
  if (auto seen = shm::inspect::look_at({config.directory, config.instance}, shm::inspect::read_clocks()))
    for (const auto& role : config.roles)
      result.mailboxes.push_back(carriage_to(role, *seen));
  const auto own = carrier.counters();
  for (const auto& x : own.peers)
    result.outboxes.push_back({x.role, x.outbox_bytes, x.samples_dropped, x.refused});
  result.malformed = own.malformed;
  result.deaths = own.deaths;
  result.hung = own.hung;
  return result;
}

void run(caf::actor_system& system, const application_server_config& config, stop_signal& stop) {
  const auto sender = sender_of(system, config); // outlives the collector, which is done when end() returns
  front_door_settings door_options{
      config.options(), config.entrance(), {}, [&config, &carrier = shm::transport_of(system)] {
        return carriage_now(config, carrier);
      }};
  door_options.files = files_of(config);
  door_options.server.tls_read = [&config, &system](const std::string& problem) {
    const log_scope scope{system}; // in the server's thread
    if (problem.empty())
      log(log_events::certificate_read, component, log_field{"file", config.tls_certificate});
    else
      log(log_events::certificate_refused, component, log_field{"reason", problem});
  };
  door_options.token_refused = [&system](const std::string& address, std::uint64_t count) {
    const log_scope scope{system}; // in the server's thread
    log(log_events::token_refused, component, log_field{"address", address}, log_field{"count", count});
  };
  front_door door{std::move(door_options), token_of(config)};
  desk_settings desk_options;
  desk_options.tokens_known = [&door](const std::vector<access_token>& all) {
    door.know(all);
  };
  desk_options.served = [&door] {
    return door.served();
  };
  const auto front = system.spawn(desk, desk_options);
  collector_settings collector_options;
  collector_options.wanted = [&door] {
    return door.wanted();
  };
  collector_options.publish = [&door](std::string topic, std::string name, std::string data, bool each) {
    door.publish(std::move(topic), std::move(name), std::move(data), each);
  };
  if (sender) {
    collector_options.announce = [&to = *sender](const event& x) {
      to.take(x);
    };
    collector_options.more_metrics = [&from = *sender] {
      return webhooks::text_of(from.figures());
    };
  }
  const auto back = system.spawn(collector, std::move(collector_options), front);
  const auto handle = caf::actor_cast<caf::strong_actor_ptr>(back);
  caf::anon_send(front, peer_up_atom::value, std::string{"collector"}, handle);
  std::atomic<bool> ending{false};
  for (const auto& each : {caf::actor_cast<caf::actor>(front), caf::actor_cast<caf::actor>(back)})
    each->attach_functor([&] { // without one of them the process would answer nothing but 503: better a restart
      if (!ending)
        stop_signal::raise();
    });
  const auto end = [&] {
    ending = true;
    door.close(); // nobody calls any more
    caf::anon_send(back, stop_atom::value);
    caf::anon_send(front, stop_atom::value);
    system.await_all_actors_done(); // the desk counts what the door served
    if (sender)
      sender->stop(webhook_farewell);
  };
  if (const auto problem = door.open(front); !problem.empty()) {
    end();
    throw resource_missing{problem};
  }
  shm::transport_of(system).publish(application_server_name, handle);
  shm::spawn_finder<performance_monitor_actor>(system, "performance-monitor", performance_monitor_name, back);
  shm::spawn_finder<sla_core_actor>(system, "sla-core", sla_core_name, back);
  shm::spawn_finder<database_manager_actor>(system, "database-manager", database_manager_name, back);
  log(log_events::ready, component, log_field{"process", config.identity().name}, log_field{"address", config.address},
      log_field{"port", door.port()});
  while (stop.wait_or_hangup() == SIGHUP)
    door.reload();
  end();
}

} // namespace

int main(int argc, char** argv) {
  application_server_config config;
  return run_process(argc, argv, config, [&](caf::actor_system& system, stop_signal& stop) {
    run(system, config, stop);
  });
}
