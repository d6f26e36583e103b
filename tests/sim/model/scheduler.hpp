// In which order a device serves what waits for it, where that is not first come first served. An interface.
#pragma once

#include "actors/domain/agreement.hpp"
#include "actors/domain/policy.hpp"
#include "actors/domain/units.hpp"
#include "tests/sim/model/nameplate.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::sim {

/// A request that waits at a device.
struct waiting_request {
  std::uint32_t number = 0; ///< the simulator's; hand it back as it is
  std::uint32_t stream = 0; ///< position in scheduler_setup::streams
  std::uint32_t bytes = 0;
  bool write = false;
};

/// What a scheduler knows before the run begins.
struct scheduler_setup {
  std::string backend;
  std::vector<stream_id> streams; ///< all of the scenario, also those of other backends
  std::vector<agreement> agreements;
  control_policy policy;
  nameplate device;
};

/// Tags at the device. One thread.
class device_scheduler {
public:
  device_scheduler() = default;
  device_scheduler(const device_scheduler&) = delete;
  device_scheduler& operator=(const device_scheduler&) = delete;
  virtual ~device_scheduler() = default;

  virtual void enter(const waiting_request& x, instant now) = 0;

  /// A server of the device is idle: takes out the request it shall serve. Nothing if none may be served now.
  [[nodiscard]] virtual std::optional<waiting_request> next(instant now) = 0;

  /// After next() gave nothing although something waits: when to ask again; instant::max(): after the next enter().
  [[nodiscard]] virtual instant due(instant) const {
    return instant::max();
  }

  /// A request that next() gave out is done.
  virtual void served(const waiting_request&, instant) {}
};

} // namespace sluice::sim
