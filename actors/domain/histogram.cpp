// The logarithmic latency histogram.
#include "actors/domain/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace sluice {

namespace {

/// Adds without wrapping: a counter that would overflow stays at its end.
constexpr std::uint32_t add_capped(std::uint32_t a, std::uint32_t b) noexcept {
  return a > std::numeric_limits<std::uint32_t>::max() - b ? std::numeric_limits<std::uint32_t>::max() : a + b;
}

} // namespace

std::size_t latency_histogram::bucket_of(duration latency) noexcept {
  const auto ns = static_cast<std::uint64_t>(std::max(latency, duration::zero()).count());
  if (ns < (std::uint64_t{1} << lowest_power))
    return 0;
  const auto power = static_cast<unsigned>(std::bit_width(ns)) - 1;
  if (power >= highest_power)
    return bucket_count - 1;
  // The three bits after the leading one say which eighth of the power of two it is.
  const auto eighth = static_cast<unsigned>(ns >> (power - 3)) & 7u;
  return static_cast<std::size_t>(power - lowest_power) * buckets_per_power + eighth;
}

duration latency_histogram::upper_edge(std::size_t bucket) noexcept {
  const auto power = lowest_power + bucket / buckets_per_power;
  const auto eighth = bucket % buckets_per_power;
  return duration{static_cast<std::int64_t>((std::uint64_t{8} + eighth + 1) << (power - 3))};
}

void latency_histogram::record(duration latency) noexcept {
  auto& bucket = buckets_[bucket_of(latency)];
  bucket = add_capped(bucket, 1);
  ++count_;
  sum_ += std::max(latency, duration::zero());
}

void latency_histogram::merge(const latency_histogram& other) noexcept {
  for (std::size_t i = 0; i < bucket_count; ++i)
    buckets_[i] = add_capped(buckets_[i], other.buckets_[i]);
  count_ += other.count_;
  sum_ += other.sum_;
}

void latency_histogram::clear() noexcept {
  *this = latency_histogram{};
}

duration latency_histogram::mean() const noexcept {
  return count_ == 0 ? duration::zero() : duration{sum_.count() / static_cast<std::int64_t>(count_)};
}

duration latency_histogram::quantile(double q) const noexcept {
  if (count_ == 0)
    return duration::zero();
  const auto wanted = static_cast<std::uint64_t>(std::ceil(std::clamp(q, 0.0, 1.0) * static_cast<double>(count_)));
  const auto rank = std::max<std::uint64_t>(wanted, 1);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < bucket_count; ++i) {
    seen += buckets_[i];
    if (seen >= rank)
      return upper_edge(i);
  }
  return upper_edge(bucket_count - 1);
}

std::vector<std::uint32_t> latency_histogram::packed() const {
  std::vector<std::uint32_t> result;
  for (std::size_t i = 0; i < bucket_count; ++i) {
    if (buckets_[i] != 0) {
      result.push_back(static_cast<std::uint32_t>(i));
      result.push_back(buckets_[i]);
    }
  }
  return result;
}

bool latency_histogram::unpack(std::span<const std::uint32_t> packed, duration sum) noexcept {
  if (packed.size() % 2 != 0 || packed.size() > 2 * bucket_count || sum < duration::zero())
    return false;
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < packed.size(); i += 2) {
    if (packed[i] >= bucket_count || packed[i + 1] == 0 || (i > 0 && packed[i] <= packed[i - 2]))
      return false;
    count += packed[i + 1];
  }
  if (count == 0 && sum != duration::zero())
    return false;
  clear();
  for (std::size_t i = 0; i < packed.size(); i += 2)
    buckets_[packed[i]] = packed[i + 1];
  count_ = count;
  sum_ = sum;
  return true;
}

} // namespace sluice
