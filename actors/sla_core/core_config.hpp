// The options of sluice-core. Values and their ranges; nothing is opened here.
#pragma once

#include "actors/runtime/server_process_config.hpp"
#include "actors/sla_core/core.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sluice {

class core_config : public server_process_config {
public:
  core_config()
      : server_process_config({"sluice-core", "analyses what the gateways measured and decides throttles by the SLAs"},
                              "sla-core") {
    opt_group{custom_options_, "sla-core"}
        .add(tick, "tick", "how often every backend is planned")
        .add(lease, "lease", "how long a throttle holds at a gateway after it was received")
        .add(refresh, "refresh", "how often an unchanged throttle is repeated; at most half the lease")
        .add(knee, "knee", "backend latency aimed at where no latency was promised")
        .add(knee_least, "knee-least", "the least latency aimed at there, as the backend shows; knee itself fixes it")
        .add(aim_mean, "aim-mean", "the mean latency aimed at, as a share of a promised mean [0 to 1]")
        .add(aim_percentile, "aim-percentile",
             "the mean latency aimed at, as a share of a promised percentile [0 to 1]")
        .add(best_effort_floor, "best-effort-floor", "what every client gets at least [I/O per second]");
  }

  [[nodiscard]] std::vector<std::string> validate() const override {
    using namespace std::chrono_literals;
    auto found = server_process_config::validate();
    if (tick < 10ms || tick > 1s)
      found.emplace_back("sla-core.tick: expected 10ms to 1s");
    if (best_effort_floor < 1 || best_effort_floor > 1'000'000)
      found.emplace_back("sla-core.best-effort-floor: expected 1 to 1000000");
    else if (const auto problem = problem_with(options().policy); !problem.empty())
      found.push_back("sla-core: " + problem);
    if (refresh < tick)
      found.emplace_back("sla-core.refresh: expected at least the tick");
    return found;
  }

  [[nodiscard]] core_options options() const {
    core_options x;
    x.tick = tick;
    x.policy.lease = lease;
    x.policy.refresh = refresh;
    x.policy.repeat = std::min(x.policy.repeat, refresh);
    x.policy.knee = knee;
    x.policy.knee_least = std::min(knee_least, knee);
    x.policy.aim_mean = aim_mean;
    x.policy.aim_percentile = aim_percentile;
    x.policy.best_effort_floor = {best_effort_floor};
    return x;
  }

  caf::timespan tick = core_options{}.tick;
  caf::timespan lease = control_policy{}.lease;
  caf::timespan refresh = control_policy{}.refresh;
  caf::timespan knee = control_policy{}.knee;
  caf::timespan knee_least = control_policy{}.knee_least;
  double aim_mean = control_policy{}.aim_mean;
  double aim_percentile = control_policy{}.aim_percentile;
  std::uint64_t best_effort_floor = control_policy{}.best_effort_floor.per_second;
};

} // namespace sluice
