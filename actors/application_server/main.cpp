// The process sluice-application-server: joins HTTP, desk and collector with shared memory.
#include "actors/application_server/collector.hpp"
#include "actors/application_server/desk.hpp"
#include "actors/application_server/front_door.hpp"
#include "actors/application_server/http/static_files.hpp"
#include "actors/application_server/http/token_file.hpp"
#include "actors/application_server/server_config.hpp"
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
