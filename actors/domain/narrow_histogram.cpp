// The range, and what is in it.
#include "actors/domain/narrow_histogram.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sluice {

namespace {

template<class T>
T add_capped(T a, T b) noexcept {
  return a > std::numeric_limits<T>::max() - b ? std::numeric_limits<T>::max() : a + b;
}

} // namespace

/// @pre first <= last
void narrow_histogram::cover(std::size_t first, std::size_t last) {
  const auto from = size_ == 0 ? first : std::min<std::size_t>(first, first_);
  const auto to = size_ == 0 ? last : std::max<std::size_t>(last, first_ + size_ - 1u);
  if (from == first_ && to - from + 1 == size_)
    return;
  auto wider = std::make_unique<std::uint32_t[]>(to - from + 1);
  std::copy_n(buckets_.get(), size_, wider.get() + (size_ == 0 ? 0 : first_ - from));
  buckets_ = std::move(wider);
  first_ = static_cast<std::uint16_t>(from);
  size_ = static_cast<std::uint16_t>(to - from + 1);
}

void narrow_histogram::add(std::uint64_t count, duration sum) noexcept {
  count_ = add_capped(count_, count);
  sum_ = duration{add_capped(sum_.count(), std::max<std::int64_t>(sum.count(), 0))};
}

void narrow_histogram::merge(const latency_histogram& x) {
  if (x.count() == 0)
    return;
  std::size_t first = 0;
  while (first + 1 < latency_histogram::bucket_count && x[first] == 0)
    ++first;
  auto last = latency_histogram::bucket_count - 1;
  while (last > first && x[last] == 0)
    --last;
  cover(first, last);
  for (auto i = first; i <= last; ++i)
    buckets_[i - first_] = add_capped(buckets_[i - first_], x[i]);
  add(x.count(), x.sum());
}

void narrow_histogram::merge(const narrow_histogram& x) {
  if (x.count_ == 0)
    return;
  if (x.size_ > 0)
    cover(x.first_, x.first_ + x.size_ - 1u);
  for (std::size_t i = 0; i < x.size_; ++i) {
    auto& to = buckets_[x.first_ + i - first_];
    to = add_capped(to, x.buckets_[i]);
  }
  add(x.count_, x.sum_);
}

void narrow_histogram::merge_sums(const latency_histogram& x) noexcept {
  add(x.count(), x.sum());
}

void narrow_histogram::clear() noexcept {
  std::fill_n(buckets_.get(), size_, 0);
  count_ = 0;
  sum_ = duration::zero();
}

duration narrow_histogram::mean() const noexcept {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return count_ == 0 ? duration::zero() : duration{sum_.count() / static_cast<std::int64_t>(std::min(count_, most))};
}

duration narrow_histogram::quantile(double q) const noexcept {
  if (count_ == 0)
    return duration::zero();
  const auto wanted = std::ceil(std::clamp(q, 0.0, 1.0) * static_cast<double>(count_));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    seen += buckets_[i];
    if (seen > 0 && static_cast<double>(seen) >= wanted)
      return latency_histogram::upper_edge(first_ + i);
  }
  return latency_histogram::upper_edge(latency_histogram::bucket_count - 1);
}

} // namespace sluice
