// A mergeable latency histogram with logarithmic buckets. Pure values; single writer.
//
// Bucket b covers a span of time whose width is 1/8 of its power of two, so that a percentile read from it is at most
// 12.5 % too high and never too low: the upper edge of the bucket is answered.
//
//   1.024 us .. 2.048 us | 8 buckets of 0.128 us
//   2.048 us .. 4.096 us | 8 buckets of 0.256 us     … up to 2^40 ns (18 minutes); shorter and longer ones are counted
//                                                     in the first and the last bucket
#pragma once

#include "actors/domain/units.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sluice {

class latency_histogram {
public:
  static constexpr unsigned lowest_power = 10;  ///< 2^10 ns = 1.024 us, below what a request takes anywhere
  static constexpr unsigned highest_power = 40; ///< 2^40 ns = 1,100 s, above any client's time-out
  static constexpr unsigned buckets_per_power = 8;
  static constexpr std::size_t bucket_count = (highest_power - lowest_power) * buckets_per_power;

  /// The bucket for a latency; negative ones count as zero.
  [[nodiscard]] static std::size_t bucket_of(duration latency) noexcept;

  /// The upper edge of a bucket. @pre bucket < bucket_count
  [[nodiscard]] static duration upper_edge(std::size_t bucket) noexcept;

  void record(duration latency) noexcept;
  void merge(const latency_histogram& other) noexcept;
  void clear() noexcept;

  [[nodiscard]] std::uint64_t count() const noexcept {
    return count_;
  }
  /// The exact sum of all recorded latencies.
  [[nodiscard]] duration sum() const noexcept {
    return sum_;
  }
  /// The exact mean; zero if nothing was recorded.
  [[nodiscard]] duration mean() const noexcept;

  /// The upper edge of the bucket that holds the quantile (0 to 1); zero if nothing was recorded.
  [[nodiscard]] duration quantile(double q) const noexcept;

  /// The wire and storage form: pairs (bucket, count) of the buckets that are not empty, ascending.
  [[nodiscard]] std::vector<std::uint32_t> packed() const;

  /// Reads the packed form. False, and nothing changed, if it is malformed: odd length, buckets not ascending or out of
  /// range, or a sum that the buckets cannot have.
  [[nodiscard]] bool unpack(std::span<const std::uint32_t> packed, duration sum) noexcept;

  [[nodiscard]] std::uint32_t operator[](std::size_t bucket) const noexcept {
    return buckets_[bucket];
  }

  friend bool operator==(const latency_histogram&, const latency_histogram&) = default;

private:
  std::array<std::uint32_t, bucket_count> buckets_{};
  std::uint64_t count_ = 0;
  duration sum_{0};
};

} // namespace sluice
