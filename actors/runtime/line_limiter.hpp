// Holds back log lines that would repeat themselves. Pure: the time is handed in.
#pragma once

#include "actors/domain/units.hpp"

#include <cstdint>
#include <optional>
#include <utility>

namespace sluice {

/// Lets one line through per second and counts what it holds back.
class line_limiter {
public:
  /// True if the line may be written now; `suppressed` becomes how many were held back since the last one.
  [[nodiscard]] bool pass(instant now, std::uint64_t& suppressed) noexcept {
    if (last_ && now - *last_ < period) {
      ++held_back_;
      return false;
    }
    last_ = now;
    suppressed = std::exchange(held_back_, 0);
    return true;
  }

private:
  static constexpr duration period = std::chrono::seconds{1};
  std::uint64_t held_back_ = 0;
  std::optional<instant> last_;
};

} // namespace sluice
