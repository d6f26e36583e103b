// Decides whether the next request of a stream may go to the backend: rate, bandwidth and depth together. Pure.
#pragma once

#include "actors/domain/throttle.hpp"
#include "gateways/throttle/token_bucket.hpp"

#include <cstdint>

namespace sluice::gateway {

/// What an idle stream may do at once when no burst was agreed. Chosen: at 2,000 IOPS it adds 4 requests, which keeps
/// 100 ms windows within 1.03 and the worst 10 ms within 1.4 times the limit, and it is longer than the lateness of a
/// timer, so that a late wake-up costs no throughput.
inline constexpr duration default_burst = std::chrono::milliseconds{2};

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
  /// Puts an allowance in force; debt and credit are kept. `burst_iops` for `burst_length` is bounded in rate by one
  /// bucket and in duration by the credit of another.
  void set(const allowance& x, instant now);

  [[nodiscard]] gate_answer ask(instant now) const;

  /// A request goes to the backend. @pre ask(now).held == hold::none
  /// @param bytes payload; 0 for requests without
  void enter(std::uint64_t bytes, instant now);

  /// A request came back from the backend.
  void leave() {
    --in_flight_;
  }

  [[nodiscard]] std::uint32_t in_flight() const {
    return in_flight_;
  }

private:
  token_bucket sustained_; ///< I/O per second over time
  token_bucket peak_;      ///< I/O per second during a burst
  token_bucket bandwidth_; ///< bytes per second
  std::uint32_t depth_ = 0;
  std::uint32_t in_flight_ = 0;
};

} // namespace sluice::gateway
