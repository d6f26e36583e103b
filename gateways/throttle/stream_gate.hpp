// Decides whether the next request of a stream may go to the backend: rate, bandwidth and depth together. Pure.
#pragma once

#include "actors/domain/throttle.hpp"
#include "gateways/throttle/paced_bucket.hpp"

#include <cstdint>

namespace sluice::gateway {

/// Why a stream is held back.
enum class hold : std::uint8_t { none, rate, depth };

/// The gate's answer about the next request.
struct gate_answer {
  hold held = hold::none;
  duration wait{0}; ///< held by rate: ask again after this long; held by depth: after the next leave()
};

/// One stream's gate. Thread safety: none, the stream's shard owns it.
class stream_gate {
public:
  /// Puts an allowance in force; debt and credit are kept.
  void set(const allowance& x, instant now);

  [[nodiscard]] gate_answer ask(instant now) const;

  /// A request goes to the backend. @pre ask(now).held == hold::none
  /// @param bytes payload; 0 for requests without
  /// @param waited it was held by rate until now
  void enter(std::uint64_t bytes, instant now, bool waited);

  /// A request came back from the backend.
  void leave() {
    --in_flight_;
  }

  [[nodiscard]] std::uint32_t in_flight() const {
    return in_flight_;
  }

private:
  paced_bucket iops_;
  paced_bucket bandwidth_;
  std::uint32_t depth_ = 0;
  std::uint32_t in_flight_ = 0;
};

} // namespace sluice::gateway
