// What is known of one stream from its samples: rates, latency and what waits, freed from duplicates and disorder.
#pragma once

#include "actors/domain/cost.hpp"
#include "actors/domain/sample.hpp"
#include "actors/domain/sequence_filter.hpp"
#include "actors/domain/units.hpp"

#include <array>
#include <cstdint>

namespace sluice {

/// Most samples of one stream that count in one tick; further ones are refused. Chosen: more than a minute's, so that
/// only nonsense meets it, and few enough that no sum overflows.
inline constexpr std::uint32_t max_samples_per_tick = 1024;

/// A smoothed figure moves this far towards a new one per tick; control.md's starting point for the delivered rate.
inline constexpr double figure_smoothing = 0.3;

/// The samples of a stream since the last tick, added up as they come. Integers only: the order does not matter.
struct sample_sums {
  duration length{0};
  std::uint64_t arrivals = 0;
  std::uint64_t completions = 0;
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
  std::uint64_t read_bytes = 0;
  std::uint64_t write_bytes = 0;
  std::uint64_t timed = 0;     ///< requests whose backend latency is known
  duration latency{0};         ///< of these, summed up
  std::uint64_t in_flight = 0; ///< requests in flight times time [2^-20 us]
  duration held_by_depth{0};
  duration held_by_rate{0};
  std::uint32_t samples = 0;
};

/// Rates in I/O per second, times in seconds.
struct stream_signal {
  sequence_filter filter;
  instant heard{0};                                 ///< when the last sample came
  instant active{0};                                ///< when it last did anything
  bool ever = false;                                ///< a sample was taken
  bool fresh = false;                               ///< one came in the tick that was closed last
  bool quiet = false;                               ///< for so long none came that everything was set to zero
  control_state control = control_state::unlimited; ///< at the gateway, by the newest sample

private:
  std::uint8_t next_ = 0; ///< of `recent_`

public:
  double arrivals = 0; ///< in the last samples
  double completions = 0;
  double bytes = 0;  ///< bytes per second
  double used = 0;   ///< completions, smoothed
  work done;         ///< what was completed, per second, smoothed likewise
  double demand = 0; ///< highest arrivals of the last three ticks with samples
  double backlog = 0;
  double in_flight = 0;
  double mean_in_flight = 0; ///< over the time of the last samples
  double latency = 0;        ///< mean backend latency, smoothed; 0 = unknown
  double held_by_depth = 0;  ///< share of the time in which the depth held a request back
  double held_by_rate = 0;
  std::uint64_t generation = 0; ///< by the newest sample; 0 = the gateway has none (it may have been restarted)
  std::uint64_t highest = 0;    ///< the highest generation that was ever reported

  sample_sums sums; ///< since the last tick

  [[nodiscard]] double outstanding() const noexcept {
    return backlog + in_flight;
  }

  /// Takes a sample in on its arrival. Counters of late samples count, gauges are those of the newest.
  /// @pre problem_with(x) is empty
  sequence_filter::verdict take(std::uint64_t incarnation, const sample& x, instant now) noexcept;

  /// Ends the tick: turns what was added up into rates. Without a sample everything stays, until it is `silent`.
  void close(instant now, duration silent) noexcept;

  /// Forgets what was measured, but neither which samples were seen nor the gauges: the stream now uses another
  /// backend.
  void forget_figures() noexcept;

private:
  std::array<double, 3> recent_{};
};

} // namespace sluice
