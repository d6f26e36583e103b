// Why something at start-up could not be had: a kind for the program, a sentence for people.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace sluice::shm {

enum class failure_kind : std::uint8_t {
  absent,       ///< no such file: the peer has not started
  in_use,       ///< the role is already running
  other_layout, ///< written by another version, or no mailbox at all
  dead,         ///< its receiver has died or is closing
  system,       ///< the operating system said no
  invalid,      ///< an argument is out of its range
};

struct failure {
  failure_kind kind = failure_kind::system;
  std::string sentence;
};

/// A value or the reason why there is none.
template<class T>
class outcome {
public:
  outcome(T value) : content_(std::move(value)) {}
  outcome(failure why) : content_(std::move(why)) {}
  [[nodiscard]] explicit operator bool() const {
    return content_.index() == 0;
  }
  /// @pre *this
  [[nodiscard]] T& operator*() {
    return std::get<0>(content_);
  }
  [[nodiscard]] T* operator->() {
    return &std::get<0>(content_);
  }
  /// @pre !*this
  [[nodiscard]] const failure& why() const {
    return std::get<1>(content_);
  }

private:
  std::variant<T, failure> content_;
};

} // namespace sluice::shm
