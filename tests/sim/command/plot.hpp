// Draws a run: latency, rate and throttles over time.
#pragma once

#include "tests/sim/run/outcome.hpp"
#include "tests/sim/scenario/scenario.hpp"

#include <string>

namespace sluice::sim {

/// Writes a PNG by gnuplot. Empty, or the sentence that says why it could not. @param without may be nullptr
[[nodiscard]] std::string plot(const std::string& file, const scenario& what, const outcome& with,
                               const outcome* without);

} // namespace sluice::sim
