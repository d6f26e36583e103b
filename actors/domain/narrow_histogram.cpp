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
  if (buckets_.empty())
    first_ = first;
  if (first < first_) {
    buckets_.insert(buckets_.begin(), first_ - first, 0);
    first_ = first;
  }
  if (last - first_ >= buckets_.size())
    buckets_.resize(last - first_ + 1, 0);
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
  cover(x.first_, x.first_ + x.buckets_.size() - 1);
  for (std::size_t i = 0; i < x.buckets_.size(); ++i) {
    auto& to = buckets_[x.first_ + i - first_];
    to = add_capped(to, x.buckets_[i]);
  }
  add(x.count_, x.sum_);
}

void narrow_histogram::clear() noexcept {
  std::fill(buckets_.begin(), buckets_.end(), 0);
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
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen > 0 && static_cast<double>(seen) >= wanted)
      return latency_histogram::upper_edge(first_ + i);
  }
  return latency_histogram::upper_edge(latency_histogram::bucket_count - 1);
}

} // namespace sluice
