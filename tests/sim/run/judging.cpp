// The seeds, one after the other.
#include "tests/sim/run/judging.hpp"

#include "tests/sim/controllers/catalogue.hpp"

#include <algorithm>

namespace sluice::sim {

namespace {

void conclude(const bar_spec& x, judged_bar& to, std::uint64_t first_seed) {
  to.worst = to.figures.front();
  to.worst_seed = first_seed;
  double sum = 0;
  for (std::size_t i = 0; i < to.figures.size(); ++i) {
    const auto figure = to.figures[i];
    sum += figure;
    if (distance_to_bounds(x, figure) < distance_to_bounds(x, to.worst)) {
      to.worst = figure;
      to.worst_seed = first_seed + i;
    }
    if (!x.pooled && !holds(x, figure))
      ++to.missed;
  }
  to.mean = sum / static_cast<double>(to.figures.size());
  if (x.pooled && !holds(x, to.mean))
    to.missed = 1;
  to.held = to.missed == 0;
}

/// Invariant 8: the wall clock is a label.
void compare_clocks(const scenario& what, run_options options, outcome& with) {
  const auto steps = std::any_of(what.faults.begin(), what.faults.end(), [](const fault_spec& x) {
    return x.kind == fault_kind::clock;
  });
  if (!steps)
    return;
  options.clock_steps = false;
  options.trace = nullptr;
  world calm{what, options};
  const auto other = calm.run();
  if (other.hash == with.hash)
    return;
  ++with.violated;
  with.violations.push_back({8, what.length, with.steps,
                             "the trace is " + hash_text(with.hash) + " with steps of the wall clock and "
                                 + hash_text(other.hash) + " without"});
}

} // namespace

run_judgement judge_scenario(const scenario& what, const judging_options& options) {
  run_judgement result;
  result.controller = options.kind->name;
  result.bars.resize(what.bars.size());
  const auto compared = std::any_of(what.bars.begin(), what.bars.end(), [](const bar_spec& x) {
    return compares(x);
  });
  for (std::uint64_t i = 0; i < options.seeds; ++i) {
    run_options run{options.first_seed + i, options.kind, i == 0 ? options.trace : nullptr, true,
                    options.keep_throttles};
    world controlled{what, run};
    auto with = controlled.run();
    compare_clocks(what, run, with);
    std::optional<outcome> without;
    if (compared) {
      run.kind = find_controller("none");
      run.trace = nullptr;
      world left_alone{what, run};
      without = left_alone.run();
    }
    const auto* other = without ? &*without : nullptr;
    for (std::size_t b = 0; b < what.bars.size(); ++b)
      result.bars[b].figures.push_back(figure_of(what.bars[b], with, other));
    if (options.each)
      options.each(with, other);
    result.seeds.push_back({with.seed, with.hash, with.steps, with.violated, std::move(with.violations)});
    result.held = result.held && with.violated == 0;
  }
  for (std::size_t b = 0; b < what.bars.size(); ++b) {
    conclude(what.bars[b], result.bars[b], options.first_seed);
    result.held = result.held && result.bars[b].held;
  }
  return result;
}

} // namespace sluice::sim
