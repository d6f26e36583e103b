// Tags for reservation, limit and weight at the device's queue, after mClock (Gulati, Merchant, Varman; OSDI 2010).
#pragma once

#include "tests/sim/model/scheduler.hpp"

#include <memory>

namespace sluice::sim {

/// Also the controller is mClock's then: `none`, all of it happens at the device.
[[nodiscard]] std::unique_ptr<device_scheduler> make_mclock(const scheduler_setup& setup);

} // namespace sluice::sim
