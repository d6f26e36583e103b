// Limits that are set once: what an operator without a control loop would write into the gateways' files.
#pragma once

#include "tests/sim/controller.hpp"

namespace sluice::sim {

[[nodiscard]] std::unique_ptr<controller> make_static_limits(const control_policy& policy);

} // namespace sluice::sim
