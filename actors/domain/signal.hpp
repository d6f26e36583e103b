// What is known of one stream from its samples: rates, latency and what waits, freed from duplicates and disorder.
#pragma once

#include "actors/domain/sample.hpp"
#include "actors/domain/units.hpp"

#include <array>
#include <cstdint>

namespace sluice {

/// Tells new samples from repeated ones. Late ones are new as long as they are at most 63 behind the latest.
class sequence_filter {
public:
  enum class verdict { newest, late, refused };

  /// What a sample with this number is, and remembers it. A new incarnation starts afresh; an older one, which cannot
  /// be told from a new one, would too: gateways draw it at random and never return to one.
  [[nodiscard]] verdict take(std::uint64_t incarnation, std::uint64_t sequence) noexcept;

private:
  std::uint64_t incarnation_ = 0;
  std::uint64_t last_ = 0;
  std::uint64_t seen_ = 0; ///< bit i: last_ - i was taken; 0 = nothing yet
};

/// Rates in I/O per second, times in seconds.
struct stream_signal {
  sequence_filter filter;
  instant heard{0};   ///< when the last sample came
  instant active{0};  ///< when it last did anything
  bool ever = false;  ///< a sample was taken
  bool fresh = false; ///< one came since the last tick

  double arrivals = 0; ///< in the last samples
  double completions = 0;
  double bytes = 0;  ///< bytes per second
  double used = 0;   ///< completions, smoothed
  double demand = 0; ///< highest arrivals of the last three ticks with samples
  double backlog = 0;
  double in_flight = 0;
  double mean_in_flight = 0; ///< over the time of the last samples
  double latency = 0;        ///< mean backend latency, smoothed; 0 = unknown
  double held_by_depth = 0;  ///< share of the time in which the depth held a request back
  double held_by_rate = 0;
  std::uint64_t generation = 0; ///< highest the gateway reported
  std::uint64_t completed = 0;  ///< requests in the tick's samples, the weight of its latency

  [[nodiscard]] double outstanding() const noexcept {
    return backlog + in_flight;
  }

private:
  friend class signal_intake;
  std::array<double, 3> recent_{};
  std::size_t next_ = 0;
};

/// Adds one tick's samples to a signal. Counters of late samples count, gauges are those of the newest.
class signal_intake {
public:
  explicit signal_intake(stream_signal& to) noexcept : to_(to) {}

  /// False if the sample was refused as repeated.
  bool add(std::uint64_t incarnation, const sample& x, instant now) noexcept;

  /// Ends the tick: turns what was added into rates. Without a sample everything stays, until it is `silent`.
  void close(instant now, duration silent) noexcept;

private:
  stream_signal& to_;
  duration length_{0};
  std::uint64_t arrivals_ = 0;
  std::uint64_t completions_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t timed_ = 0;
  duration latency_{0};
  double in_flight_seconds_ = 0;
  duration depth_{0};
  duration rate_{0};
};

} // namespace sluice
