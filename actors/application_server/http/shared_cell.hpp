// A value that is replaced as a whole: any thread loads what is there, any stores another. Whoever loaded keeps its
// own.
//
// No std::atomic<std::shared_ptr>: that of libstdc++ 12 lets its reader go without ordering (its bug 101761), which the
// thread sanitizer sees.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace sluice {

template<class T>
class shared_cell {
public:
  /// @param x not null
  explicit shared_cell(std::shared_ptr<const T> x) noexcept : held_(std::move(x)) {}

  [[nodiscard]] std::shared_ptr<const T> load() const {
    const std::lock_guard lock{guard_};
    return held_;
  }

  /// @param x not null
  void store(std::shared_ptr<const T> x) {
    {
      const std::lock_guard lock{guard_};
      held_.swap(x);
    }
    // What was held before ends here, outside the lock.
  }

private:
  mutable std::mutex guard_;
  std::shared_ptr<const T> held_;
};

} // namespace sluice
