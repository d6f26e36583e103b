// What a stream may do now, and why. Absolute values: a throttle replaces the one before it, whatever got lost between.
#pragma once

#include "actors/domain/stream.hpp"
#include "actors/domain/units.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

/// What a stream may take. Enforced by the gateway.
struct allowance {
  rate iops;
  rate bandwidth;           ///< bytes per second
  std::uint32_t depth = 0;  ///< requests at the backend at once; 0 = no cap
  rate burst_iops;          ///< the faster rate after idling; unlimited = none, then `iops` applies with a short burst
  duration burst_length{0}; ///< how long `burst_iops` may last from a full credit
  [[nodiscard]] bool unlimited() const noexcept {
    return iops.unlimited() && bandwidth.unlimited() && depth == 0;
  }
  friend auto operator<=>(const allowance&, const allowance&) = default;
};

/// By which rule a stream has its throttle.
enum class throttle_rule : std::uint8_t {
  none,       ///< nothing holds it back
  limit,      ///< its own agreement's limit
  protection, ///< another stream's promise is in danger and this one takes more than it was promised
  capacity,   ///< the backend gives less than was promised in all: lower tiers first
  share,      ///< its weighted share of a backend that is fully used
  override_,  ///< an operator's order
};

[[nodiscard]] std::string_view to_string(throttle_rule x) noexcept;

/// The figures a throttle rests on, kept with it for `explain` (and in the evidence).
struct reason {
  throttle_rule rule = throttle_rule::none;
  std::string agreement;   ///< the stream's own agreement; empty = none
  std::string beneficiary; ///< for whom: the agreement that is protected, or the operator; empty = nobody
  std::string backend;
  duration measured{0};       ///< the beneficiary's latency when it was decided
  duration target{0};         ///< the latency it was promised
  std::uint64_t demand = 0;   ///< what this stream asked for [I/O per second]
  std::uint64_t promised = 0; ///< what it was promised [I/O per second]
  std::uint64_t capacity = 0; ///< what the backend was measured to give [I/O per second]
  wall_time since;            ///< since when this rule holds for it
  std::uint64_t part = 0; ///< of the capacity, what the plan gives its agreement or client [I/O per second]; 0 = all
  duration rest{0};       ///< once nothing of the rule's cause was seen for so long, the rule ends
  wall_time until;        ///< of an operator's order: when it ends; zero = when it is taken back
  bool observed = false;  ///< it would hold, but the policy of the backend only observes: nothing was sent
  friend auto operator<=>(const reason&, const reason&) = default;
};

/// Why, in English sentences with the figures; explanation.hpp adds what is held to, and until when.
[[nodiscard]] std::string to_sentence(const reason& x);

struct throttle {
  stream_id stream;
  std::uint64_t generation = 0; ///< rises with every change of this stream's throttle; a gateway ignores older ones
  duration lease{0};            ///< valid for so long after receipt; then the envelope
  allowance now;
  allowance envelope; ///< what the agreement alone permits, kept by the gateway for when the lease runs out
  reason why;
  friend auto operator<=>(const throttle&, const throttle&) = default;
};

/// The same throttle for another lease, nothing else: means something only to who holds that very generation.
struct renewal {
  stream_id stream;
  std::uint64_t generation = 0;
  friend auto operator<=>(const renewal&, const renewal&) = default;
};

/// The longest lease that a gateway accepts. Chosen: 30 times the usual 2 s.
inline constexpr duration max_lease = std::chrono::minutes{1};

/// Empty if a gateway may apply it; else one sentence that says what is wrong.
[[nodiscard]] std::string problem_with(const throttle& x);

/// Empty if it can be meant; else one sentence that says what is wrong.
[[nodiscard]] std::string problem_with(const renewal& x);

} // namespace sluice
