// Adds samples up, and turns the sums of a tick into rates.
#include "actors/domain/signal.hpp"

#include "actors/domain/promise.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sluice {

namespace {

/// A latency moves faster: it is the danger sign.
constexpr double latency_smoothing = 0.5;

/// Requests in flight times time is summed up in whole 2^-20 us: a sum of doubles would depend on the order.
constexpr double in_flight_units = 0x1p20 * 1e6;
constexpr double most_in_flight = 0x1p62;

template<class T>
void add(T& to, T x) noexcept {
  to = x > std::numeric_limits<T>::max() - to ? std::numeric_limits<T>::max() : to + x;
}

void add(duration& to, duration x) noexcept {
  auto sum = to.count();
  add(sum, std::max(x, duration::zero()).count());
  to = duration{sum};
}

/// As of a sample: what is neither read nor write counts as an empty read.
work work_of(const sample_sums& x) noexcept {
  const auto others = x.completions > x.reads ? std::max(x.completions - x.reads, x.writes) - x.writes : 0;
  return {static_cast<double>(x.reads) + static_cast<double>(others), static_cast<double>(x.read_bytes),
          static_cast<double>(x.writes), static_cast<double>(x.write_bytes)};
}

} // namespace

sequence_filter::verdict stream_signal::take(std::uint64_t incarnation, const sample& x, instant now) noexcept {
  if (sums.samples >= max_samples_per_tick)
    return sequence_filter::verdict::refused;
  const auto kind = filter.take(incarnation, x.sequence);
  if (kind == sequence_filter::verdict::refused)
    return kind;
  ever = true;
  heard = std::max(heard, now);
  ++sums.samples;
  add(sums.length, x.interval);
  add(sums.arrivals, x.arrivals);
  add(sums.completions, x.completions);
  add(sums.reads, x.reads);
  add(sums.writes, x.writes);
  add(sums.read_bytes, x.read_bytes);
  add(sums.write_bytes, x.write_bytes);
  add(sums.timed, x.backend_latency.count());
  add(sums.latency, x.backend_latency.sum());
  add(sums.in_flight,
      static_cast<std::uint64_t>(std::min(x.mean_in_flight * seconds(x.interval) * in_flight_units, most_in_flight)));
  add(sums.held_by_depth, x.limited_by_depth);
  add(sums.held_by_rate, x.limited_by_rate);
  if (kind == sequence_filter::verdict::newest) {
    backlog = x.backlog;
    in_flight = x.in_flight;
    generation = x.generation;
    control = x.control;
  }
  highest = std::max(highest, x.generation);
  return kind;
}

void stream_signal::close(instant now, duration silent) noexcept {
  fresh = sums.samples > 0;
  if (fresh) {
    quiet = false;
    const auto length = seconds(std::max(sums.length, duration{1}));
    arrivals = static_cast<double>(sums.arrivals) / length;
    completions = static_cast<double>(sums.completions) / length;
    bytes = (static_cast<double>(sums.read_bytes) + static_cast<double>(sums.write_bytes)) / length;
    mean_in_flight = static_cast<double>(sums.in_flight) / in_flight_units / length;
    held_by_depth = std::min(seconds(sums.held_by_depth) / length, 1.0);
    held_by_rate = std::min(seconds(sums.held_by_rate) / length, 1.0);
    used += figure_smoothing * (completions - used);
    done.approach(work_of(sums) * (1 / length), figure_smoothing);
    recent_[next_] = arrivals;
    next_ = static_cast<std::uint8_t>((next_ + 1) % recent_.size());
    demand = *std::max_element(recent_.begin(), recent_.end());
    if (sums.timed > 0) {
      const auto mean = seconds(sums.latency) / static_cast<double>(sums.timed);
      latency = latency <= 0 ? mean : latency + latency_smoothing * (mean - latency);
    }
    if (sums.arrivals > 0 || sums.completions > 0 || outstanding() > 0)
      active = now;
  } else if (now - heard >= silent) {
    quiet = true;
    const auto before = active;
    forget_figures();
    active = before;
    backlog = in_flight = 0;
  }
  sums = {};
  filter.close();
}

void stream_signal::forget_figures() noexcept {
  arrivals = completions = bytes = used = demand = 0;
  mean_in_flight = latency = held_by_depth = held_by_rate = 0;
  done = {};
  recent_ = {};
  active = instant::zero();
}

} // namespace sluice
