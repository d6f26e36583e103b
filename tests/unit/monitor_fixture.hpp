// What the tests of monitor and gateway control share: a deterministic actor system and some samples and throttles.
#pragma once

#include "actors/protocol/interfaces.hpp"

#include <caf/all.hpp>
#include <caf/io/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <doctest/doctest.h>

namespace sluice::test {

struct deterministic_config : caf::actor_system_config {
  deterministic_config() {
    load<caf::io::middleman>(); // without it a handle's node is empty
    set("middleman.manual-multiplexing", true);
    set("middleman.attach-utility-actors", true);
    add_message_types<caf::id_block::sluice>();
    add_message_types<caf::id_block::sluice_handles>();
    set("scheduler.policy", caf::atom("testing"));
  }
};

/// Time and order are the test's: nothing runs outside run() and pass().
struct deterministic_system {
  deterministic_config config;
  caf::actor_system system{config};
  caf::scoped_actor self{system};

  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  }
  void run() {
    scheduler().run();
  }
  /// Lets time pass in steps that no timer is skipped by.
  void pass(duration time, duration step = std::chrono::milliseconds{10}) {
    for (duration passed{0}; passed < time; passed += step) {
      scheduler().advance_time(step);
      run();
    }
  }
  void end(const caf::actor_addr& who) {
    self->send_exit(who, caf::exit_reason::user_shutdown);
    run();
  }
};

inline sample some_sample(const std::string& gateway, const std::string& volume = "oltp") {
  sample x;
  x.stream = {gateway, volume, "127.0.0.1"};
  x.backend = "array";
  x.sequence = 1;
  x.taken = wall_time{1'700'000'000'000'000};
  x.interval = std::chrono::milliseconds{100};
  x.arrivals = 5;
  x.completions = 5;
  x.reads = 5;
  return x;
}

inline throttle some_throttle(const std::string& gateway, std::uint64_t generation,
                              const std::string& volume = "oltp") {
  throttle x;
  x.stream = {gateway, volume, "127.0.0.1"};
  x.generation = generation;
  x.lease = std::chrono::seconds{2};
  x.now.iops = rate{500};
  return x;
}

inline gateway_info some_gateway(const std::string& name, std::uint64_t incarnation) {
  gateway_info x;
  x.name = name;
  x.incarnation = incarnation;
  x.version = "0.1.0";
  x.volumes = {{"oltp", "array", 1u << 20, false}};
  return x;
}

} // namespace sluice::test
