// Runs a scenario over seeds and says which of its bars hold.
#pragma once

#include "tests/sim/run/measuring.hpp"
#include "tests/sim/run/world.hpp"

#include <functional>
#include <optional>

namespace sluice::sim {

/// One bar over all seeds.
struct judged_bar {
  std::vector<double> figures; ///< by seed
  double worst = 0;            ///< nearest to, or farthest beyond, its bound
  double mean = 0;
  bool held = true;
  std::uint64_t missed = 0;     ///< seeds; of a pooled bar 1 if it is missed
  std::uint64_t worst_seed = 0; ///< its seed
};

/// What came of one seed, without the long figures.
struct judged_seed {
  std::uint64_t seed = 0;
  std::uint64_t hash = 0;
  std::uint64_t steps = 0;
  std::uint64_t violated = 0;
  std::vector<violation> violations;
};

struct run_judgement {
  std::string controller;
  std::vector<judged_bar> bars; ///< as in scenario::bars
  std::vector<judged_seed> seeds;
  bool held = true; ///< all bars, and no invariant was violated
};

struct judging_options {
  std::uint64_t first_seed = 1;
  std::uint64_t seeds = 1;
  const controller_kind* kind = nullptr; ///< never nullptr
  std::ostream* trace = nullptr;         ///< of the first seed
  bool keep_throttles = false;
  /// Hears of each seed's run, and of the one without control where there was one; may be empty.
  std::function<void(const outcome& with, const outcome* without)> each;
};

[[nodiscard]] run_judgement judge_scenario(const scenario& what, const judging_options& options);

} // namespace sluice::sim
