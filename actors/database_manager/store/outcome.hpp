// What a database operation gives: a value, or why there is none. Nothing in this folder throws at its callers.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace sluice::store {

enum class failure_kind : std::uint8_t {
  away,           ///< no connection; what was under way may or may not be committed: repeat it
  busy,           ///< nothing was changed, and the same may work later (time-out, deadlock, disk full …)
  refused,        ///< PostgreSQL will not take it however often it is repeated
  wrong_schema,   ///< the database's schema is not one that this program may use
  not_found,      ///< what was named does not exist
  already_exists, ///< what was to be made exists, and differs
  repeated,       ///< a row with such a key is there; nothing was changed
};

struct failure {
  failure_kind kind = failure_kind::refused;
  std::string text; ///< one sentence
};

/// The value of an operation that answers nothing.
struct done {};

template<class T>
class [[nodiscard]] outcome {
public:
  outcome(T value) : state_(std::move(value)) {}
  outcome(failure why) : state_(std::move(why)) {}

  [[nodiscard]] explicit operator bool() const noexcept {
    return state_.index() == 0;
  }
  /// @pre *this holds a value
  [[nodiscard]] T& operator*() noexcept {
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] const T& operator*() const noexcept {
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] T* operator->() noexcept {
    return std::get_if<0>(&state_);
  }
  [[nodiscard]] const T* operator->() const noexcept {
    return std::get_if<0>(&state_);
  }
  /// @pre *this holds a failure
  [[nodiscard]] const failure& why() const noexcept {
    return *std::get_if<1>(&state_);
  }

private:
  std::variant<T, failure> state_;
};

} // namespace sluice::store
