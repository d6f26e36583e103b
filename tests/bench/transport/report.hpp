// The figures as a table for people and as JSON for programs.
#pragma once

#include "tests/bench/transport/bars.hpp"
#include "tests/bench/transport/machine.hpp"
#include "tests/bench/transport/rows.hpp"

#include <iosfwd>
#include <vector>

namespace sluice::bench {

/// All of one run of the benchmark.
struct report {
  const options& wanted;
  machine_description machine;
  const programme& all;
  std::vector<judgement> bars;
  double load_before_percent = 0;
  std::vector<double> load_percent; ///< of others, by round

  /// Most rounds were quiet, hence the medians stand: at most one in four was not.
  [[nodiscard]] bool valid() const;
};

/// Medians of the rounds with units, then the bars.
void write_table(std::ostream& to, const report& x);
/// Every round's value of every row, bars, machine, load, commit.
void write_json(std::ostream& to, const report& x);

} // namespace sluice::bench
