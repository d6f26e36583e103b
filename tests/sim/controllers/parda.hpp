// Windows by latency, after PARDA (Gulati, Ahmad, Waldspurger; FAST 2009).
#pragma once

#include "tests/sim/controller.hpp"

namespace sluice::sim {

[[nodiscard]] std::unique_ptr<controller> make_parda(const control_policy& policy);

} // namespace sluice::sim
