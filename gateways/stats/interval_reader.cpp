// Reads the counters consistently and subtracts.
#include "gateways/stats/interval_reader.hpp"

#include <algorithm>

namespace sluice::gateway {

latency_histogram interval_reader::difference(const histogram_totals& before, const histogram_totals& after) {
  packed_.clear();
  for (std::size_t i = 0; i < after.buckets.size(); ++i) {
    if (const auto n = after.buckets[i] - before.buckets[i]; n != 0) {
      packed_.push_back(static_cast<std::uint32_t>(i));
      packed_.push_back(static_cast<std::uint32_t>(n)); // an interval has no 2^32 requests
    }
  }
  latency_histogram result;
  (void)result.unpack(packed_, duration{after.sum_ns - before.sum_ns}); // our own counters: always well-formed
  return result;
}

bool interval_reader::take(const stream_counters& from, instant now, sample& out) {
  if (now <= last_)
    return false;
  if (!look(from, now, after_))
    return false;
  // The shard's clock may be a little ahead or behind ours; what was answered already is not taken back.
  after_.request_ns = std::max(after_.request_ns, before_.request_ns);
  after_.rate_ns = std::max(after_.rate_ns, before_.rate_ns);
  after_.depth_ns = std::max(after_.depth_ns, before_.depth_ns);
  out.interval = now - last_;
  out.arrivals = after_.arrivals - before_.arrivals;
  out.completions = after_.completions - before_.completions;
  out.errors = after_.errors - before_.errors;
  out.reads = after_.reads - before_.reads;
  out.writes = after_.writes - before_.writes;
  out.read_bytes = after_.read_bytes - before_.read_bytes;
  out.write_bytes = after_.write_bytes - before_.write_bytes;
  out.backlog = after_.backlog;
  out.in_flight = after_.in_flight;
  out.mean_in_flight =
      static_cast<double>(after_.request_ns - before_.request_ns) / static_cast<double>(out.interval.count());
  out.limited_by_rate = std::min(out.interval, duration{after_.rate_ns - before_.rate_ns});
  out.limited_by_depth = std::min(out.interval, duration{after_.depth_ns - before_.depth_ns});
  out.backend_latency = difference(before_.at_backend, after_.at_backend);
  out.total_latency = difference(before_.in_all, after_.in_all);
  std::swap(before_, after_);
  last_ = now;
  return true;
}

} // namespace sluice::gateway
