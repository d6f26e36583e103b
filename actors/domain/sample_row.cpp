// Adds samples up to the rows that are stored.
#include "actors/domain/sample_row.hpp"

namespace sluice {

sample_row make_row(const sample& x, std::uint64_t incarnation) {
  sample_row row{x, incarnation, x.sequence, x.sequence, 1};
  row.total.taken = second_of(x.taken);
  return row;
}

bool add(sample_row& row, const sample& x, std::uint64_t incarnation) {
  auto& sum = row.total;
  if (x.stream != sum.stream || incarnation != row.incarnation || second_of(x.taken) != sum.taken
      || x.sequence <= row.last_sequence)
    return false;
  const auto covered = static_cast<double>(sum.interval.count());
  const auto added = static_cast<double>(x.interval.count());
  sum.mean_in_flight = covered + added > 0
                           ? (sum.mean_in_flight * covered + x.mean_in_flight * added) / (covered + added)
                           : x.mean_in_flight;
  sum.backend = x.backend;
  sum.sequence = x.sequence;
  sum.interval += x.interval;
  sum.arrivals += x.arrivals;
  sum.completions += x.completions;
  sum.errors += x.errors;
  sum.reads += x.reads;
  sum.writes += x.writes;
  sum.read_bytes += x.read_bytes;
  sum.write_bytes += x.write_bytes;
  sum.backlog = x.backlog;
  sum.in_flight = x.in_flight;
  sum.limited_by_rate += x.limited_by_rate;
  sum.limited_by_depth += x.limited_by_depth;
  sum.backend_latency.merge(x.backend_latency);
  sum.total_latency.merge(x.total_latency);
  sum.generation = x.generation;
  sum.control = x.control;
  row.last_sequence = x.sequence;
  ++row.samples;
  return true;
}

} // namespace sluice
