// Copies counters under their sequence lock.
#include "gateways/stats/stream_totals.hpp"

#include <algorithm>

namespace sluice::gateway {

namespace {

void copy(const histogram_counters& from, histogram_totals& to) {
  for (std::size_t i = 0; i < to.buckets.size(); ++i)
    to.buckets[i] = from.buckets[i].get();
  to.sum_ns = from.sum_ns.get();
}

bool look_once(const stream_counters& from, instant now, stream_totals& to) {
  const auto sequence = from.sequence();
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
  return sequence % 2 == 0 && from.sequence() == sequence;
}

} // namespace

void histogram_totals::add(const histogram_totals& x) noexcept {
  for (std::size_t i = 0; i < buckets.size(); ++i)
    buckets[i] += x.buckets[i];
  sum_ns += x.sum_ns;
}

void stream_totals::add(const stream_totals& x) noexcept {
  arrivals += x.arrivals;
  completions += x.completions;
  errors += x.errors;
  reads += x.reads;
  writes += x.writes;
  read_bytes += x.read_bytes;
  write_bytes += x.write_bytes;
  request_ns += x.request_ns;
  rate_ns += x.rate_ns;
  depth_ns += x.depth_ns;
  at_backend.add(x.at_backend);
  in_all.add(x.in_all);
}

bool look(const stream_counters& from, instant now, stream_totals& to) {
  for (int tries = 0; tries < stream_totals::max_tries; ++tries) {
    if (look_once(from, now, to))
      return true;
  }
  return false;
}

} // namespace sluice::gateway
