// The same scenarios under every controller, as a table for people. Runs nothing.
#pragma once

#include "tests/sim/run/judging.hpp"

#include <ostream>
#include <string>
#include <vector>

namespace sluice::sim {

/// What came of one scenario.
struct compared_scenario {
  const scenario* what = nullptr;
  std::vector<run_judgement> by_controller; ///< in the order of the columns
};

struct comparison {
  std::string command; ///< that made it
  std::vector<compared_scenario> scenarios;
};

/// A run of so many clients takes minutes for what others take seconds for: a tenth of the seeds, at least one.
[[nodiscard]] std::uint64_t seeds_for(const scenario& what, std::uint64_t seeds) noexcept;

/// One number for all that happened in these runs.
[[nodiscard]] std::uint64_t hash_of(const run_judgement& x) noexcept;

/// The whole table as Markdown. No time, no machine, no path but those of the command: the same on every machine.
void write_markdown(std::ostream& to, const comparison& x);

/// The part about one scenario, as it stands in the whole.
void write_section(std::ostream& to, const compared_scenario& x);

} // namespace sluice::sim
