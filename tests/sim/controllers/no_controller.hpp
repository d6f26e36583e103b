// The controller that does nothing: what happens without Sluice.
#pragma once

#include "tests/sim/controller.hpp"

namespace sluice::sim {

[[nodiscard]] std::unique_ptr<controller> make_no_controller(const control_policy& policy);

} // namespace sluice::sim
