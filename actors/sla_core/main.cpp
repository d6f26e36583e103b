// The process sluice-core: joins the core actor with shared memory.
#include "actors/runtime/log.hpp"
#include "actors/runtime/process.hpp"
#include "actors/sla_core/core_config.hpp"
#include "shm/transport/finder.hpp"

#include <caf/all.hpp>

namespace {

using namespace sluice;

void run(caf::actor_system& system, const core_config& config, stop_signal& stop) {
  const auto core = system.spawn(sla_core, config.options());
  shm::transport_of(system).publish(sla_core_name, caf::actor_cast<caf::strong_actor_ptr>(core));
  shm::spawn_finder<application_server_actor>(system, "application-server", application_server_name, core);
  shm::spawn_finder<performance_monitor_actor>(system, "performance-monitor", performance_monitor_name, core);
  log(log_events::ready, caf::atom("core"), log_field{"process", config.identity().name},
      log_field{"tick_ms", std::chrono::duration_cast<std::chrono::milliseconds>(config.tick).count()});
  stop.wait();
  caf::anon_send_exit(core, caf::exit_reason::user_shutdown); // its finders end with it
}

} // namespace

int main(int argc, char** argv) {
  core_config config;
  return run_process(argc, argv, config, [&](caf::actor_system& system, stop_signal& stop) {
    run(system, config, stop);
  });
}
