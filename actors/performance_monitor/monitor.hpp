// The performance monitor as an actor: samples from the gateways to the collector, throttles from the core to the
// gateways. Opens no port and finds no peer: main.cpp does.
#pragma once

#include "actors/performance_monitor/gateway_registry.hpp"
#include "actors/performance_monitor/replay.hpp"
#include "actors/performance_monitor/throttle_table.hpp"
#include "actors/protocol/interfaces.hpp"
#include "actors/runtime/line_limiter.hpp"

#include <caf/all.hpp>

#include <map>
#include <string>

namespace sluice {

struct monitor_options {
  registry_limits registry;
  throttle_table_limits throttles;
  replay_limits replay;
  duration tick = std::chrono::milliseconds{250}; ///< how often silence and refreshes are looked for
  duration request_timeout =
      std::chrono::milliseconds{900}; ///< of a request to a gateway; ends before the next refresh
  std::size_t batch = 1024;           ///< throttles in one message to a gateway
};

/// Published in shared memory as performance_monitor_actor, on TCP as gateway_door_actor.
using monitor_actor = performance_monitor_actor::extend_with<gateway_door_actor>::extend<
    // INTERNAL: look for silence and for throttles that are due.
    caf::reacts_to<tick_atom>>;

struct monitor_state {
  static inline const char* name = "performance-monitor";

  monitor_options options;
  gateway_registry registry{registry_limits{}};
  throttle_table throttles{throttle_table_limits{}};
  std::uint64_t incarnation = 0; ///< drawn at start; gateways see by it that the monitor was restarted
  application_server_actor collector;
  sluice::replay replayed;
  sla_core_actor core;
  std::map<std::string, std::uint32_t, std::less<>> under_way; ///< requests to a gateway without a result yet
  line_limiter refused_samples;
  line_limiter refused_throttles;
  line_limiter refused_hellos;
  line_limiter failed_requests;
};

/// @param incarnation random, not zero
monitor_actor::behavior_type performance_monitor(monitor_actor::stateful_pointer<monitor_state> self,
                                                 monitor_options options, std::uint64_t incarnation);

} // namespace sluice
