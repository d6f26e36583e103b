// The core's own loop as a controller. Its source is the only file of the simulator that knows the loop.
#pragma once

#include "tests/sim/controller.hpp"

namespace sluice::sim {

[[nodiscard]] std::unique_ptr<controller> make_sluice_controller(const control_policy& policy);

} // namespace sluice::sim
