// One run of one subject in processes of its own, which end with it, whatever happens. Does not know what is compared.
#pragma once

#include "tests/bench/transport/subject.hpp"

#include <string>

namespace sluice::bench {

/// The figures of one run. What a measure does not give is zero.
struct run_result {
  std::string fault; ///< not empty: the figures are worth nothing
  double p50_us = 0;
  double p99_us = 0;
  double p999_us = 0;
  double per_second = 0;   ///< messages received, or round trips
  double cpu_us = 0;       ///< of all processes of the subject, per message or round trip
  double core_percent = 0; ///< of all processes of the subject, of one core
};

/// Starts the nodes, waits for them, adds up what they report. A failure is a result, not an exception.
[[nodiscard]] run_result perform(subject& what, const run_plan& plan);

/// From now on SIGINT and SIGTERM end a run early; interrupted() tells.
void watch_signals();
[[nodiscard]] bool interrupted();

} // namespace sluice::bench
