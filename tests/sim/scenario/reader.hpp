// Reads scenario files. What the keys mean is said in scenarios/README.md.
#pragma once

#include "tests/sim/scenario/scenario.hpp"
#include "tests/sim/scenario/tree.hpp"

#include <string>
#include <vector>

namespace sluice::sim {

/// Bounds of what one file may ask for. Chosen: ten times scenario 15.
inline constexpr std::size_t max_clients = 100'000;
inline constexpr std::size_t max_gateways = 256;
inline constexpr std::size_t max_phases = 1000; ///< of a client

/// A scenario, or what is wrong with it: all of it at once, by line.
struct reading {
  scenario what;
  std::vector<complaint> problems; ///< empty = the scenario may be run
};

/// @param file its name, for messages; traces are looked for beside it
[[nodiscard]] reading read_scenario(const std::string& text, const std::string& file);

/// Reads the file itself; one that cannot be read is a complaint.
[[nodiscard]] reading read_scenario_file(const std::string& file);

} // namespace sluice::sim
