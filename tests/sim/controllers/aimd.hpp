// Additive increase, multiplicative decrease, on the rate of those who take more than they were promised.
#pragma once

#include "tests/sim/controller.hpp"

namespace sluice::sim {

[[nodiscard]] std::unique_ptr<controller> make_aimd(const control_policy& policy);

} // namespace sluice::sim
