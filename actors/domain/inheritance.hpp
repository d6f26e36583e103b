// What an earlier life of the core had ordered for a stream: kept in force until this one has figures of its own.
// Decides no throttle.
#pragma once

#include "actors/domain/policy.hpp"
#include "actors/domain/signal.hpp"

namespace sluice {

/// How long at most an inherited throttle is renewed. Requirement: a restarted core has its own figures within 1 s.
inline constexpr duration longest_inheritance = std::chrono::seconds{1};

/// Ticks with samples, under known terms, after which a stream's figures are our own. Chosen: who takes too much is
/// known after two of them, what the backend gives after three; sensitivity in tests/sim.
inline constexpr int own_figures_after = 5;

///   unheard ──first sample: a throttle is in force──▶ inherited ──own figures, 1 s, or an operator's order──▶ own
///      └──────first sample: none is───────────────────────────────────────────────────────────────────────▶ own
///
/// While it is inherited, the core renews what the gateway has and sends nothing else.
class inheritance {
public:
  /// After a tick in which the stream was heard. @param planned the terms are known
  void hear(const stream_signal& x, bool planned, instant now) noexcept;

  /// Ends it where its time is over. True if it did.
  bool end_if_over(instant now) noexcept;

  void end() noexcept {
    state_ = state::own;
  }

  [[nodiscard]] bool holds() const noexcept {
    return state_ == state::inherited;
  }

  /// Whether the gateway's throttle is to be renewed now; then counts as done. At once, later as often as a throttle
  /// that nobody acknowledged: nobody knows when its lease began.
  [[nodiscard]] bool renew(instant now, const control_policy& policy) noexcept;

private:
  enum class state : std::uint8_t { unheard, inherited, own };
  state state_ = state::unheard;
  bool renewed_ = false;
  std::uint8_t ticks_ = 0;
  instant until_{0};
  instant sent_{0};
};

} // namespace sluice
