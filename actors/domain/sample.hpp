// What a gateway measured on one stream in one interval. Facts only; what they mean is decided in plan and verdict.
#pragma once

#include "actors/domain/histogram.hpp"
#include "actors/domain/stream.hpp"
#include "actors/domain/units.hpp"

#include <cstdint>
#include <string>

namespace sluice {

/// Which rule is in force at the gateway for a stream.
enum class control_state : std::uint8_t {
  unlimited, ///< nothing is configured
  fixed,     ///< the static limits of the gateway's own ini file
  throttled, ///< a throttle of the SLA core, its lease running
  envelope,  ///< the lease ran out: the static envelope of the agreement (invariant 6)
};

[[nodiscard]] std::string_view to_string(control_state x) noexcept;

/// Counters are those of the interval alone, not running totals: a lost sample loses its interval and nothing else.
struct sample {
  stream_id stream;
  std::string backend;
  std::uint64_t sequence = 0; ///< rises by one per sample of this stream and incarnation of the gateway
  wall_time taken;            ///< end of the interval, by the gateway's wall clock
  duration interval{0};       ///< its length, monotonic

  std::uint64_t arrivals = 0;    ///< requests received
  std::uint64_t completions = 0; ///< requests answered, errors included
  std::uint64_t errors = 0;
  std::uint64_t reads = 0;  ///< completed reads
  std::uint64_t writes = 0; ///< completed writes, zeroes and trims included
  std::uint64_t read_bytes = 0;
  std::uint64_t write_bytes = 0;

  std::uint32_t backlog = 0;    ///< requests waiting in the gateway for their throttle, now
  std::uint32_t in_flight = 0;  ///< requests at the backend, now
  double mean_in_flight = 0;    ///< mean over the interval
  duration limited_by_rate{0};  ///< how long a request was held back by the rate
  duration limited_by_depth{0}; ///< how long a request was held back by the depth

  latency_histogram backend_latency; ///< from the backend's submission to its answer
  latency_histogram total_latency;   ///< from receipt of the request to its reply, our own waiting included

  std::uint64_t generation = 0; ///< of the throttle last accepted; 0 = none yet
  control_state control = control_state::unlimited;
};

/// Empty if the figures can be true; else one sentence that says what cannot (negative interval, more completions than
/// any device could do, an invalid name, histograms that disagree with the counters).
[[nodiscard]] std::string problem_with(const sample& x);

/// The same without the names, for a stream and a backend that are known already.
[[nodiscard]] std::string problem_with_figures(const sample& x);

} // namespace sluice
