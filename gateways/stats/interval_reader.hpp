// Turns a stream's running totals into one sample per interval. Reads, never writes, the counters.
#pragma once

#include "actors/domain/sample.hpp"
#include "gateways/stats/stream_counters.hpp"

#include <array>
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
  /// consistent view could be had in `max_tries` or no time passed: then the next sample covers it.
  [[nodiscard]] bool take(const stream_counters& from, instant now, sample& out);

  /// The next interval begins at `begin`. @pre nothing happened since the last one
  void restart(instant begin) {
    last_ = begin;
  }

  /// A view takes 1 us and a shard changes a stream's counters at most once per microsecond or so. Chosen.
  static constexpr int max_tries = 1000;

private:
  struct histogram_view {
    std::array<std::uint32_t, latency_histogram::bucket_count> buckets{};
    std::int64_t sum_ns = 0;
  };
  struct view {
    std::uint64_t arrivals = 0, completions = 0, errors = 0, reads = 0, writes = 0, read_bytes = 0, write_bytes = 0;
    std::uint32_t backlog = 0, in_flight = 0;
    std::int64_t request_ns = 0, rate_ns = 0, depth_ns = 0;
    histogram_view at_backend, in_all;
  };

  static bool look(const stream_counters& from, instant now, view& to);
  static void copy(const histogram_counters& from, histogram_view& to);
  latency_histogram difference(const histogram_view& before, const histogram_view& after);

  instant last_;
  view before_;
  view after_;
  std::vector<std::uint32_t> packed_;
};

} // namespace sluice::gateway
