// Reads the counters consistently and subtracts.
#include "gateways/stats/interval_reader.hpp"

#include <algorithm>

namespace sluice::gateway {

void interval_reader::copy(const histogram_counters& from, histogram_view& to) {
  for (std::size_t i = 0; i < to.buckets.size(); ++i)
    to.buckets[i] = from.buckets[i].get();
  to.sum_ns = from.sum_ns.get();
}

bool interval_reader::look(const stream_counters& from, instant now, view& to) {
  const auto sequence = from.sequence();
  if (sequence % 2 != 0)
    return false;
  to.arrivals = from.arrivals.get();
  to.completions = from.completions.get();
  to.errors = from.errors.get();
  to.reads = from.reads.get();
  to.writes = from.writes.get();
  to.read_bytes = from.read_bytes.get();
  to.write_bytes = from.write_bytes.get();
  to.backlog = from.backlog.get();
  to.in_flight = from.in_flight.get();
  // The shard writes these when something changes; what has passed since then is added here.
  const auto since = [now](std::int64_t then) {
    return std::max<std::int64_t>(now.count() - then, 0);
  };
  to.request_ns = from.request_ns.get() + since(from.in_flight_since_ns.get()) * to.in_flight;
  const auto held = static_cast<hold>(from.hold_now.get());
  const auto held_for = since(from.hold_since_ns.get());
  to.rate_ns = from.rate_ns.get() + (held == hold::rate ? held_for : 0);
  to.depth_ns = from.depth_ns.get() + (held == hold::depth ? held_for : 0);
  copy(from.at_backend, to.at_backend);
  copy(from.in_all, to.in_all);
  return from.sequence() == sequence;
}

latency_histogram interval_reader::difference(const histogram_view& before, const histogram_view& after) {
  packed_.clear();
  for (std::size_t i = 0; i < after.buckets.size(); ++i) {
    if (const auto n = after.buckets[i] - before.buckets[i]; n != 0) {
      packed_.push_back(static_cast<std::uint32_t>(i));
      packed_.push_back(n);
    }
  }
  latency_histogram result;
  (void)result.unpack(packed_, duration{after.sum_ns - before.sum_ns}); // our own counters: always well-formed
  return result;
}

bool interval_reader::take(const stream_counters& from, instant now, sample& out) {
  if (now <= last_)
    return false;
  int tries = 0;
  while (!look(from, now, after_))
    if (++tries == max_tries)
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
