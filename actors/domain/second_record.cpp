// The sums.
#include "actors/domain/second_record.hpp"

#include "actors/domain/promise.hpp"

#include <algorithm>

namespace sluice {

namespace {

constexpr double held_enough = 0.01; ///< [s] in a second; below it is no explanation

/// What of a row's time counts: so little that no sum over the rows of a second overflows (a million of them), and more
/// than anything that is true.
duration addable(duration x) noexcept {
  return std::clamp(x, duration::zero(), duration{std::int64_t{1} << 42});
}

} // namespace

second_record::heard_stream& second_record::heard(std::uint32_t stream) {
  const auto at = std::lower_bound(heard_.begin(), heard_.end(), stream, [](const heard_stream& x, std::uint32_t n) {
    return x.stream < n;
  });
  if (at != heard_.end() && at->stream == stream)
    return *at;
  return *heard_.insert(at, heard_stream{stream, false, duration::zero()});
}

void second_record::add(const sample_row& row, std::uint32_t stream) {
  const auto& x = row.total;
  auto& its = heard(stream);
  its.traffic = its.traffic || x.arrivals + x.completions > 0 || x.backlog > 0;
  its.measured += addable(x.interval);
  const auto known = x.reads + x.writes;
  arrivals_ += x.arrivals;
  completions_ += x.completions;
  // What is neither read nor write (a flush) counts as a read of no bytes (cost.hpp).
  reads_ += x.reads + (x.completions > known ? x.completions - known : 0);
  writes_ += x.writes;
  read_bytes_ += x.read_bytes;
  write_bytes_ += x.write_bytes;
  total_sum_ += addable(x.total_latency.sum());
  backend_sum_ += addable(x.backend_latency.sum());
  held_ += addable(x.limited_by_rate) + addable(x.limited_by_depth);
  waited_ = waited_ || x.backlog > 0;
  without_lease_ = without_lease_ || x.control == control_state::envelope;
  gap_ = gap_ || row.last_sequence - row.first_sequence >= row.samples;
  total_.merge(x.total_latency);
}

void second_record::clear() noexcept {
  heard_.clear();
  arrivals_ = completions_ = reads_ = writes_ = read_bytes_ = write_bytes_ = 0;
  total_sum_ = backend_sum_ = held_ = duration::zero();
  waited_ = without_lease_ = gap_ = false;
  total_.clear();
}

void second_record::busy(std::vector<std::uint32_t>& to) const {
  to.clear();
  for (const auto& x : heard_)
    if (x.traffic)
      to.push_back(x.stream);
}

bool second_record::misses(std::span<const std::uint32_t> busy_before) const noexcept {
  auto here = heard_.begin();
  return std::any_of(busy_before.begin(), busy_before.end(), [&](std::uint32_t stream) {
    while (here != heard_.end() && here->stream < stream)
      ++here;
    return here == heard_.end() || here->stream != stream;
  });
}

judged_second second_record::facts(std::span<const std::uint32_t> busy_before) const {
  judged_second result;
  result.measured = !heard_.empty();
  result.arrivals = arrivals_;
  result.completions = completions_;
  result.done = {static_cast<double>(reads_), static_cast<double>(read_bytes_), static_cast<double>(writes_),
                 static_cast<double>(write_bytes_)};
  result.waited = waited_;
  duration longest{0};
  for (const auto& x : heard_)
    longest = std::max(longest, x.measured);
  result.length = longest > duration::zero() ? seconds(longest) : 1;
  result.facts.unmeasured = gap_ || misses(busy_before);
  result.facts.held = seconds(held_) > held_enough;
  result.facts.inside = total_sum_ > 2 * backend_sum_;
  result.facts.without_lease = without_lease_;
  return result;
}

} // namespace sluice
