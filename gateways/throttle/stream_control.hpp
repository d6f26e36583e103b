// Which allowance is in force for a stream as a function of time: static limits, a throttle with its lease, the
// envelope. Pure: the time is an argument.
#pragma once

#include "actors/domain/sample.hpp"
#include "actors/domain/throttle.hpp"

#include <string>

namespace sluice::gateway {

/// What holds from now on, and until when.
struct rule_in_force {
  allowance what;
  control_state state = control_state::unlimited;
  instant until = instant::max(); ///< when another rule takes over by itself
};

///   no throttle yet ──accept──▶ throttled ──lease runs out──▶ envelope
///   (fixed/unlimited)              ▲ │ accept, renew             │
///                                  └─┴───────accept, renew───────┘
///
/// Invariant: the generation never falls.
class stream_control {
public:
  explicit stream_control(const allowance& fixed = {}) : fixed_(fixed) {}

  /// Takes a throttle; the lease runs from `now`. The generation in force again renews the lease. Empty, or the
  /// sentence that says why it is refused: nonsense, or an older generation.
  [[nodiscard]] std::string accept(const throttle& x, instant now);

  /// Begins the lease of the throttle in force anew, as long as it was, if it is of this very generation; also if it
  /// ran out less than a lease ago, then it holds again. Empty, or the sentence that says why nothing changed.
  [[nodiscard]] std::string renew(std::uint64_t generation, instant now);

  /// Other static limits, for as long as there was no throttle.
  void set_fixed(const allowance& x) {
    fixed_ = x;
  }

  [[nodiscard]] rule_in_force in_force(instant now) const;

  /// Of the throttle last accepted; 0 = none yet.
  [[nodiscard]] std::uint64_t generation() const {
    return generation_;
  }

private:
  allowance fixed_;
  allowance now_;
  allowance envelope_;
  std::uint64_t generation_ = 0;
  duration lease_{0}; ///< of the throttle last accepted
  instant lease_end_{0};
};

} // namespace sluice::gateway
