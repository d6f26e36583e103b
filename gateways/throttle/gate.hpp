// Decides whether the next request may go as far as one set of limits is concerned: rate, bandwidth and depth together.
// Does not know whose limits they are. Pure.
#pragma once

#include "gateways/throttle/io_limits.hpp"
#include "gateways/throttle/paced_bucket.hpp"

#include <cstdint>

namespace sluice::gateway {

/// Why a request is held back.
enum class hold : std::uint8_t { none, rate, depth };

/// The gate's answer about the next request.
struct gate_answer {
  hold held = hold::none;
  duration wait{0}; ///< held by rate: ask again after this long; held by depth: after the next leave()
};

/// One set of limits in force. Thread safety: none, a shard owns it.
class gate {
public:
  /// Puts limits in force; debt and credit are kept in tokens.
  void set(const io_limits& x, instant now);

  /// May the next request go? Remembers that somebody was kept waiting, until rest().
  [[nodiscard]] gate_answer ask(instant now) {
    const auto wait = unmetered_ ? duration::zero() : std::max(iops_.wait(now), bandwidth_.wait(now));
    if (wait > duration::zero()) {
      waited_ = true;
      return {hold::rate, wait};
    }
    if (depth_ != 0 && in_flight_ >= depth_) {
      waited_ = false; // what is lost while the backend is slow is not made good
      return {hold::depth, duration::zero()};
    }
    return {};
  }

  /// A request goes to the backend. @pre ask(now).held == hold::none
  void enter(const io_demand& x, instant now) {
    ++in_flight_;
    if (!unmetered_)
      charge(x, now);
  }

  /// A request came back from the backend.
  void leave() {
    --in_flight_;
  }

  /// Nobody waits any more: from now on credit is that of an idle stream.
  void rest() {
    waited_ = false;
  }

  [[nodiscard]] std::uint32_t in_flight() const {
    return in_flight_;
  }

  /// What a request takes of these limits, for dividing them fairly: thousandths of an I/O, or of 4 KiB if only the
  /// bandwidth is limited; if both are, of the one it takes more of. At least 1.
  [[nodiscard]] std::uint64_t fair_cost(const io_demand& x) const;

  [[nodiscard]] const io_limits& limits() const {
    return limits_;
  }

private:
  void charge(const io_demand& x, instant now);

  io_limits limits_;
  paced_bucket iops_; ///< in thousandths of an I/O
  paced_bucket bandwidth_;
  bool unmetered_ = true;
  bool waited_ = false;
  std::uint32_t depth_ = 0;
  std::uint32_t in_flight_ = 0;
};

} // namespace sluice::gateway
