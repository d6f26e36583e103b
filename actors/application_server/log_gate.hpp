// Lets one log line through per interval and counts those it held back. For what a peer could cause a thousand times a
// second.
#pragma once

#include "actors/domain/units.hpp"

#include <cstdint>
#include <optional>

namespace sluice {

class log_gate {
public:
  explicit log_gate(duration interval) : interval_(interval) {}

  /// How much has come together since the last line, `amount` included; nothing if the line must wait.
  [[nodiscard]] std::optional<std::uint64_t> pass(instant now, std::uint64_t amount = 1) {
    gathered_ += amount;
    if (now < next_)
      return std::nullopt;
    next_ = now + interval_;
    const auto sum = gathered_;
    gathered_ = 0;
    return sum;
  }

private:
  duration interval_;
  instant next_ = instant::min();
  std::uint64_t gathered_ = 0;
};

} // namespace sluice
