// The process sluice-performance-monitor: joins the monitor actor with shared memory and with TCP.
#include "actors/performance_monitor/monitor_config.hpp"
#include "actors/runtime/incarnation.hpp"
#include "actors/runtime/log.hpp"
#include "actors/runtime/process.hpp"
#include "shm/transport/finder.hpp"

#include <caf/all.hpp>

namespace {

using namespace sluice;

void run(caf::actor_system& system, const monitor_config& config, stop_signal& stop) {
  const auto monitor = system.spawn(performance_monitor, config.options(), draw_incarnation());
  const auto handle = caf::actor_cast<caf::strong_actor_ptr>(monitor);
  std::uint16_t port = 0;
  try {
    port = tcp_link::publish(system, handle, system.message_types<gateway_door_actor>(), config.address, config.port);
  } catch (...) {
    caf::anon_send_exit(monitor, caf::exit_reason::user_shutdown);
    throw;
  }
  tcp_link::warn_if_insecure(config, config.address);
  shm::transport_of(system).publish(performance_monitor_name, handle);
  shm::spawn_finder<application_server_actor>(system, "application-server", application_server_name, monitor);
  shm::spawn_finder<sla_core_actor>(system, "sla-core", sla_core_name, monitor);
  log(log_events::ready, caf::atom("monitor"), log_field{"process", config.identity().name},
      log_field{"address", config.address}, log_field{"port", port},
      log_field{"tls", tcp_link::tls_configured(config)});
  stop.wait();
  caf::anon_send_exit(monitor, caf::exit_reason::user_shutdown); // its finders end with it
}

} // namespace

int main(int argc, char** argv) {
  monitor_config config;
  return run_process(argc, argv, config, [&](caf::actor_system& system, stop_signal& stop) {
    run(system, config, stop);
  });
}
