// Turns a stream's running totals into one sample per interval. Reads, never writes, the counters.
#pragma once

#include "actors/domain/sample.hpp"
#include "gateways/stats/stream_totals.hpp"

#include <cstdint>
#include <vector>

namespace sluice::gateway {

/// Remembers the totals of the last interval. Every event is in exactly one sample, also while the shard writes.
/// Thread safety: one caller at a time.
class interval_reader {
public:
  /// @param begin when the stream's first interval begins
  explicit interval_reader(instant begin) : last_(begin) {}

  /// Fills the figures of `out` for the interval since the last call and moves on. False, and nothing changed, if no
  /// consistent view could be had in `stream_totals::max_tries` or no time passed: then the next sample covers it.
  [[nodiscard]] bool take(const stream_counters& from, instant now, sample& out);

  /// The next interval begins at `begin`. @pre nothing happened since the last one
  void restart(instant begin) {
    last_ = begin;
  }

private:
  latency_histogram difference(const histogram_totals& before, const histogram_totals& after);

  instant last_;
  stream_totals before_;
  stream_totals after_;
  std::vector<std::uint32_t> packed_;
};

} // namespace sluice::gateway
