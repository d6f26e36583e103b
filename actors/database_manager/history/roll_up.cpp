// Adds rows and parts up.
#include "actors/database_manager/history/roll_up.hpp"

#include <algorithm>
#include <limits>

namespace sluice::history {

namespace {

/// Both are at most 2^63 - 1 (storable.hpp), so that the sum is right before it is cut.
void add_to(std::uint64_t& to, std::uint64_t x) noexcept {
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  to = std::min(to + std::min(x, most), most);
}

void add_to(std::uint64_t& to, duration x) noexcept {
  add_to(to, x.count() > 0 ? static_cast<std::uint64_t>(x.count()) : 0);
}

void add_to(std::uint32_t& to, std::uint32_t x) noexcept {
  constexpr auto most = std::numeric_limits<std::uint32_t>::max();
  to = x > most - to ? most : to + x;
}

} // namespace

void add_cells(bucket_counts& to, const std::vector<std::int32_t>& cells) {
  constexpr auto requests = (1u << store::cell_count_bits) - 1;
  for (const auto cell : cells) {
    const auto bits = static_cast<std::uint32_t>(cell);
    if (const auto bucket = bits >> store::cell_count_bits; bucket < to.size())
      add_to(to[bucket], bits & requests);
  }
}

std::vector<std::int32_t> cells_of(const bucket_counts& x) {
  std::vector<std::int32_t> cells;
  for (std::uint32_t bucket = 0; bucket < x.size(); ++bucket)
    store::append_cells(cells, bucket, x[bucket]);
  return cells;
}

void roll_up::add(const store::packed_row& x) {
  if (x.second != last_second_) {
    ++seconds;
    in_last_second_ = 0;
  }
  last_second_ = x.second;
  add_to(in_last_second_, x.completions);
  peak_completions = std::max(peak_completions, in_last_second_);
  add_to(interval_ns, x.interval);
  add_to(arrivals, x.arrivals);
  add_to(completions, x.completions);
  add_to(errors, x.errors);
  add_to(reads, x.reads);
  add_to(writes, x.writes);
  add_to(read_bytes, x.read_bytes);
  add_to(write_bytes, x.write_bytes);
  add_to(limited_by_rate_ns, x.limited_by_rate);
  add_to(limited_by_depth_ns, x.limited_by_depth);
  add_to(backend_latency_sum_ns, x.backend_latency_sum);
  add_to(total_latency_sum_ns, x.total_latency_sum);
  if (backend != x.backend)
    backend = x.backend;
  add_cells(backend_latency, x.backend_latency);
  add_cells(total_latency, x.total_latency);
}

void roll_up::add(const roll_up& x) {
  add_to(seconds, x.seconds);
  add_to(interval_ns, x.interval_ns);
  add_to(arrivals, x.arrivals);
  add_to(completions, x.completions);
  add_to(errors, x.errors);
  add_to(reads, x.reads);
  add_to(writes, x.writes);
  add_to(read_bytes, x.read_bytes);
  add_to(write_bytes, x.write_bytes);
  peak_completions = std::max(peak_completions, x.peak_completions);
  add_to(limited_by_rate_ns, x.limited_by_rate_ns);
  add_to(limited_by_depth_ns, x.limited_by_depth_ns);
  add_to(backend_latency_sum_ns, x.backend_latency_sum_ns);
  add_to(total_latency_sum_ns, x.total_latency_sum_ns);
  backend = x.backend;
  for (std::size_t i = 0; i < total_latency.size(); ++i) {
    add_to(backend_latency[i], x.backend_latency[i]);
    add_to(total_latency[i], x.total_latency[i]);
  }
}

} // namespace sluice::history
