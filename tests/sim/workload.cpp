// The clients.
#include "tests/sim/workload.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

namespace sluice::sim {

namespace {

instant at_seconds(double x) {
  return instant{std::llround(x * 1e9)};
}

std::size_t bin_of(double seconds) {
  return static_cast<std::size_t>(std::llround(seconds * 10));
}

} // namespace

void experience::record(instant now, duration latency) {
  const auto index = static_cast<std::size_t>(now / bin);
  if (rows_.size() <= index)
    rows_.resize(index + 1);
  const auto ms = static_cast<double>(latency.count()) / 1e6;
  ++rows_[index].count;
  rows_[index].sum_ms += ms;
  longest_ms = std::max(longest_ms, ms);
}

experience::row experience::sum(double from, double to) const {
  row result;
  for (auto i = bin_of(from); i < std::min(bin_of(to), rows_.size()); ++i) {
    result.count += rows_[i].count;
    result.sum_ms += rows_[i].sum_ms;
  }
  return result;
}

double experience::rate(double from, double to) const {
  return static_cast<double>(sum(from, to).count) / (to - from);
}

double experience::mean_ms(double from, double to) const {
  const auto x = sum(from, to);
  return x.count == 0 ? 0 : x.sum_ms / static_cast<double>(x.count);
}

double experience::kept(double from, double to, double target_ms) const {
  int good = 0;
  int all = 0;
  for (auto t = from; t + 0.999 < to; t += 1) {
    good += mean_ms(t, t + 1) <= target_ms ? 1 : 0;
    ++all;
  }
  return all == 0 ? 1 : static_cast<double>(good) / all;
}

double experience::least_rate(double from, double to) const {
  auto least = 1e18;
  for (auto t = from; t + 0.999 < to; t += 0.1)
    least = std::min(least, rate(t, t + 1));
  return least;
}

void client::issue() {
  gate_.request([this, asked = sim_.now()] {
    seen.record(sim_.now(), sim_.now() - asked);
  });
}

void client::open(double iops, double from, double to) {
  sim_.at(at_seconds(from), [this, iops, to] {
    arrive(iops, at_seconds(to));
  });
}

void client::arrive(double iops, instant end) {
  sim_.after(chance_.exponential(duration{std::llround(1e9 / iops)}), [this, iops, end] {
    if (sim_.now() >= end)
      return;
    issue();
    arrive(iops, end);
  });
}

void client::closed(int depth, double from, double to) {
  sim_.at(at_seconds(from), [this, depth, to] {
    for (int i = 0; i < depth; ++i)
      loop(at_seconds(to));
  });
}

void client::loop(instant end) {
  if (sim_.now() >= end)
    return;
  gate_.request([this, end, asked = sim_.now()] {
    seen.record(sim_.now(), sim_.now() - asked);
    loop(end);
  });
}

} // namespace sluice::sim
