// A latency histogram that keeps only the range of buckets in use: for the very many that are mostly empty. Same
// buckets and same answers as latency_histogram.
#pragma once

#include "actors/domain/histogram.hpp"

#include <memory>
#include <utility>

namespace sluice {

/// Grows to the range that was ever merged into it and keeps that memory when it is cleared. Single writer.
class narrow_histogram {
public:
  narrow_histogram() = default;
  narrow_histogram(narrow_histogram&& other) noexcept {
    swap(other);
  }
  narrow_histogram& operator=(narrow_histogram&& other) noexcept {
    swap(other);
    return *this;
  }

  void merge(const latency_histogram& x);
  void merge(const narrow_histogram& x);
  /// Only how many and how long together, where nobody will ask for a quantile or a bucket: takes no memory.
  void merge_sums(const latency_histogram& x) noexcept;
  void clear() noexcept;

  [[nodiscard]] std::uint64_t count() const noexcept {
    return count_;
  }
  /// The sum of all latencies; one that no number can hold stays at its end.
  [[nodiscard]] duration sum() const noexcept {
    return sum_;
  }
  /// Zero if nothing was recorded.
  [[nodiscard]] duration mean() const noexcept;
  /// The upper edge of the bucket that holds the quantile (0 to 1); zero if nothing was recorded.
  [[nodiscard]] duration quantile(double q) const noexcept;

  [[nodiscard]] std::uint32_t operator[](std::size_t bucket) const noexcept {
    return bucket >= first_ && bucket - first_ < size_ ? buckets_[bucket - first_] : 0;
  }

private:
  void swap(narrow_histogram& other) noexcept {
    std::swap(buckets_, other.buckets_);
    std::swap(first_, other.first_);
    std::swap(size_, other.size_);
    std::swap(count_, other.count_);
    std::swap(sum_, other.sum_);
  }
  void cover(std::size_t first, std::size_t last);
  void add(std::uint64_t count, duration sum) noexcept;

  std::unique_ptr<std::uint32_t[]> buckets_; ///< `size_` of them, from bucket `first_` on
  std::uint16_t first_ = 0;
  std::uint16_t size_ = 0;
  std::uint64_t count_ = 0;
  duration sum_{0};
};

} // namespace sluice
