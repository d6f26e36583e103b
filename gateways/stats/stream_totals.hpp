// A stream's running totals as plain values, at one moment. Reads the counters, never writes them.
#pragma once

#include "gateways/stats/stream_counters.hpp"

#include <array>
#include <cstdint>

namespace sluice::gateway {

/// Counts by bucket, as in latency_histogram; do not wrap in practice.
struct histogram_totals {
  std::array<std::uint64_t, latency_histogram::bucket_count> buckets{};
  std::int64_t sum_ns = 0;

  void add(const histogram_totals& x) noexcept;
};

struct stream_totals {
  std::uint64_t arrivals = 0, completions = 0, errors = 0, reads = 0, writes = 0, read_bytes = 0, write_bytes = 0;
  std::uint32_t backlog = 0, in_flight = 0;
  std::int64_t request_ns = 0; ///< the integral of in_flight over time
  std::int64_t rate_ns = 0;    ///< held by rate
  std::int64_t depth_ns = 0;   ///< held by depth
  histogram_totals at_backend, in_all;

  /// Adds what happened on an earlier life of the stream: all that only rises.
  void add(const stream_totals& x) noexcept;

  /// A view takes 1 us and a shard changes a stream's counters at most once per microsecond or so. Chosen.
  static constexpr int max_tries = 1000;
};

/// Copies the totals as they are at `now`. False if no consistent view could be had in `max_tries`: then each figure is
/// right by itself, but they may belong to different moments.
[[nodiscard]] bool look(const stream_counters& from, instant now, stream_totals& to);

} // namespace sluice::gateway
