// One row: a population, its warm-up, and the ticks that are measured. Judges nothing.
#pragma once

#include "tests/bench/tick/population.hpp"

#include <cstddef>
#include <cstdint>

namespace sluice::bench {

/// Times are processor time of the measuring thread: what a tick costs one core, whoever else uses the machine.
struct figures {
  double tick_p50_ms = 0;
  double tick_p99_ms = 0;
  double tick_worst_ms = 0;
  double take_ns = 0;          ///< per sample
  double tick_allocations = 0; ///< most calls of operator new in a tick without a verdict or event
  double take_allocations = 0; ///< likewise while its samples were taken in
  double steady_ticks = 0;     ///< how many such ticks there were
  double resident_bytes = 0;   ///< per stream, agreements and accounts included
  double allocated_bytes = 0;  ///< likewise, as operator new counts them
  double throttles_per_second = 0;
  double renewals_per_second = 0;
  double bytes_per_second = 0; ///< of both, in the serialized form of the messages
  double memory_pass_ms = 0;   ///< baseline: to add one to each 8 bytes of as much memory as the core holds
  double filling_ms = 0;       ///< baseline: to sort as many numbers as there are streams, as water-filling does
};

/// @param ticks how many are measured, after a warm-up of 3 s of ticks
[[nodiscard]] figures measure(const shape& of, std::size_t streams, std::size_t ticks);

} // namespace sluice::bench
