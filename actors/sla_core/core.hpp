// The SLA core as an actor: samples and terms in, throttles to the performance monitor, what it decided to the
// application server. Decides nothing itself: actors/domain/loop does. Finds no peer: main.cpp does.
#pragma once

#include "actors/domain/loop.hpp"
#include "actors/protocol/interfaces.hpp"
#include "actors/runtime/line_limiter.hpp"
#include "actors/sla_core/tick_schedule.hpp"

#include <caf/all.hpp>

#include <string>

namespace sluice {

struct core_options {
  duration tick = std::chrono::milliseconds{100}; ///< between two plans
  duration order_interval =
      std::chrono::milliseconds{10};                  ///< between a plan and one that an operator's order brings on
  duration status_interval = std::chrono::seconds{1}; ///< between two reports of all backends
  control_policy policy;
  std::size_t batch = 1024;     ///< throttles in one message
  std::size_t lines_bound = 50; ///< log lines per tick; further decisions of the tick are counted in the last
};

/// As published, plus its own clock.
using core_actor = sla_core_actor::extend<
    // INTERNAL: one tick has passed.
    caf::reacts_to<tick_atom>,
    // INTERNAL: an operator's order came too soon after a plan and waits for its own.
    caf::reacts_to<order_atom>>;

struct core_state {
  static inline const char* name = "sla-core";

  core_options options;
  loop_state loop;
  performance_monitor_actor monitor;
  application_server_actor server;
  bool server_knows_nothing = true; ///< its next report is a complete one
  instant planned{0};
  bool order_waits = false;
  instant status_sent{0};
  line_limiter refused_samples;
  tick_schedule schedule{core_options{}.tick};
  line_limiter late_ticks;
  std::uint64_t skipped_ticks = 0; ///< since the last line about them
};

core_actor::behavior_type sla_core(core_actor::stateful_pointer<core_state> self, core_options options);

} // namespace sluice
