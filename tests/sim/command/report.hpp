// What a person or a program is told of judged scenarios.
#pragma once

#include "tests/sim/run/judging.hpp"

#include <ostream>

namespace sluice::sim {

/// Bars as a table with figure, bound and what missed; violations; how to see the worst again.
void write_report(std::ostream& to, const scenario& what, const run_judgement& judged);

/// `sluice-sim run FILE --seed N`, with the controller if it is another one.
[[nodiscard]] std::string replay_command(const scenario& what, const run_judgement& judged, std::uint64_t seed);

/// `windows_met db ≤ 5ms 6s..18s`, or the bar's own name.
[[nodiscard]] std::string title_of(const bar_spec& x, const scenario& what);

/// One object for each scenario, all figures.
class json_report {
public:
  explicit json_report(std::ostream& to) : to_(to) {}
  void add(const scenario& what, const run_judgement& judged);
  void end();

private:
  std::ostream& to_;
  bool first_ = true;
};

} // namespace sluice::sim
