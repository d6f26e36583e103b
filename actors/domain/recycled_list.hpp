// A list that is filled anew again and again and keeps the memory of its elements, strings included. No queue: nothing
// is removed but all.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace sluice {

/// @tparam Patience how many times elements wait; 100 = 10 s of ticks, longer than whatever recurs
template<class T, std::size_t Patience = 100>
class recycled_list {
public:
  using value_type = T;

  /// Appends an element and returns it. It may hold what a former one held: the caller sets all of it. References to
  /// elements hold until then.
  T& add() {
    if (used_ == kept_.size())
      kept_.emplace_back();
    return kept_[used_++];
  }
  /// Empties the list; the elements wait to be used again. Those that were not needed for `Patience` times are freed
  /// when they are more than half: one burst shall not cost its memory for ever.
  void clear() {
    peak_ = used_ > peak_ ? used_ : peak_;
    used_ = 0;
    if (++cleared_ < Patience)
      return;
    if (kept_.size() > 2 * peak_ + spare) {
      kept_.resize(peak_);
      kept_.shrink_to_fit();
    }
    cleared_ = peak_ = 0;
  }
  [[nodiscard]] std::size_t size() const noexcept {
    return used_;
  }
  [[nodiscard]] bool empty() const noexcept {
    return used_ == 0;
  }
  [[nodiscard]] const T* begin() const noexcept {
    return kept_.data();
  }
  [[nodiscard]] const T* end() const noexcept {
    return kept_.data() + used_;
  }
  [[nodiscard]] const T& operator[](std::size_t i) const noexcept {
    return kept_[i];
  }
  [[nodiscard]] const T& front() const noexcept {
    return kept_.front();
  }
  [[nodiscard]] const T& back() const noexcept {
    return kept_[used_ - 1];
  }
  [[nodiscard]] std::span<const T> all() const noexcept {
    return {kept_.data(), used_};
  }

private:
  static constexpr std::size_t spare = 64; ///< elements that are always kept
  std::vector<T> kept_;
  std::size_t used_ = 0;
  std::size_t peak_ = 0;
  std::size_t cleared_ = 0;
};

} // namespace sluice
