// What a controller is to the simulator: something that hears samples and says what is to be sent. The Sluice core is
// one of several; the others are there to compare with.
#pragma once

#include "actors/domain/agreement.hpp"
#include "actors/domain/event.hpp"
#include "actors/domain/policy.hpp"
#include "actors/domain/policy_document.hpp"
#include "actors/domain/sample.hpp"
#include "actors/domain/throttle.hpp"
#include "actors/domain/verdict.hpp"
#include "tests/sim/model/scheduler.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::sim {

/// Everything that was established. Replaces what was known before.
struct established {
  std::vector<agreement> agreements;
  std::vector<override_order> orders;
  std::optional<policy_document> document; ///< nothing = the policy the controller was made with
  std::vector<nameplate> devices;          ///< for controllers that do not measure what a device gives
};

/// What a controller wants done after a tick. The spans are its own and hold until its next call.
struct controller_output {
  std::span<const throttle> throttles;      ///< to be sent now, by the link of the stream's gateway
  std::span<const renewal> renewals;        ///< likewise
  std::span<const event> events;            ///< for the trace and for bars on events
  std::span<const backend_status> backends; ///< what it believes of each backend; empty if it has no idea
  std::uint64_t refused = 0;                ///< samples that it did not take
  std::span<const verdict> verdicts{};      ///< of promises whose interval ended
};

/// Controls the gateways from afar: sees nothing but samples, does nothing but throttles. One thread. A restart of the
/// core is a new object; it hears establish() again, a while later.
class controller {
public:
  controller() = default;
  controller(const controller&) = delete;
  controller& operator=(const controller&) = delete;
  virtual ~controller() = default;

  /// Called before the run begins, when terms change, and after a restart. @param label the wall clock, for labels only
  virtual void establish(const established& all, instant now, wall_time label) = 0;

  /// A sample arrived. May be late, repeated, out of order or nonsense. @param incarnation of the gateway that sent it
  virtual void take(std::uint64_t incarnation, const sample& x, instant now) = 0;

  /// Every 100 ms.
  [[nodiscard]] virtual controller_output tick(instant now, wall_time label) = 0;

  /// The performance monitor was restarted and knows no throttle: what should it send again? Nothing by default.
  [[nodiscard]] virtual std::vector<throttle> in_force() const {
    return {};
  }
};

/// One entry of the catalogue (controllers/catalogue.hpp).
struct controller_kind {
  std::string_view name;    ///< for --controller
  std::string_view summary; ///< one line
  /// Also called for the restart of a core.
  std::unique_ptr<controller> (*make)(const control_policy& policy);
  /// A scheduler in each device instead of first come first served; nullptr for none. It lives as long as the device,
  /// a restart of the core does not touch it.
  std::unique_ptr<device_scheduler> (*make_scheduler)(const scheduler_setup& setup) = nullptr;
};

} // namespace sluice::sim
