// Whether a stream must be sent something now: its throttle when that changed enough or was not acknowledged, else a
// renewal of the lease when that is due.
#pragma once

#include "actors/domain/policy.hpp"
#include "actors/domain/shared_text.hpp"
#include "actors/domain/stream_name.hpp"
#include "actors/domain/throttle.hpp"

namespace sluice {

/// A `reason` as it is kept: its texts are those that others have, too, and its figures as exact as people read them.
struct standing_reason {
  shared_text agreement;
  shared_text beneficiary;
  shared_text backend;
  wall_time since;
  wall_time until;
  std::uint32_t measured_us = 0;
  std::uint32_t target_us = 0;
  std::uint32_t demand = 0; ///< this and the next three [I/O per second]; more than fits stays at the end
  std::uint32_t promised = 0;
  std::uint32_t capacity = 0;
  std::uint32_t part = 0;
  std::uint32_t rest_ms = 0;
  throttle_rule rule = throttle_rule::none;
  bool observed = false;
};

/// What is in force for a stream as far as the core knows.
struct standing_command {
  std::uint64_t generation = 0; ///< 0 = none was sent
  allowance now;
  allowance envelope;
  standing_reason why;
  instant sent{0}; ///< last time, renewals included
  instant changed{0};
  std::uint32_t phase = 0; ///< when within `refresh` it is renewed, in 2^-32 of it: so that not all are at once
};

/// What a stream should have. Its texts are those of the caller: nothing is copied before something is sent.
struct wanted_command {
  allowance now;
  allowance envelope;
  throttle_rule rule = throttle_rule::none;
  bool together = false; ///< any change is to be sent: with others' it keeps the parts of a limit adding up
  borrowed_text agreement;
  borrowed_text beneficiary;
  bool tight = false; ///< a rate holds the stream back, or nearly does: then small differences count
};

/// What the gateway has, by its samples.
struct acknowledgement {
  std::uint64_t reported = 0; ///< the generation of the newest sample
  std::uint64_t highest = 0;  ///< that was ever reported
  bool silent = false;        ///< no sample came for so long that it says nothing about what was lost
};

enum class command_kind : std::uint8_t {
  none,
  renew, ///< the lease of what stands begins anew
  send,  ///< the throttle, with the generation that now stands
};

/// Decides, and notes it in `x`: for `send` generation, allowances, rule and texts; the figures of the reason are the
/// caller's to set. `why.since` becomes `label` when the rule is another one.
///
/// A change of rule or agreement, another operator's order, and a step of a quarter or more, is sent at once; smaller
/// ones from 5 % on once a second. An acknowledged throttle is renewed each second, at its phase; instead it is sent
/// again if a rate that counts moved by more than 1 %, so that the parts of a limit add up. One that is not
/// acknowledged is sent again after `repeat`; one of a silent gateway is renewed, for the monitor knows whether that
/// has it.
[[nodiscard]] command_kind command(standing_command& x, const wanted_command& wanted, const acknowledgement& gateway,
                                   instant now, wall_time label, const control_policy& policy);

/// When command() could decide otherwise than `none` though nothing changes. @pre it just decided for `wanted`
[[nodiscard]] instant next_command(const standing_command& x, const wanted_command& wanted,
                                   const acknowledgement& gateway, const control_policy& policy) noexcept;

/// Sets all of `to` but the lease's owner: what stands for the stream `whose`.
void describe(throttle& to, const stream_name& whose, const standing_command& x, duration lease);

/// How far two allowances are apart: the largest relative difference of their values, infinite where only one has a
/// limit.
[[nodiscard]] double distance(const allowance& a, const allowance& b) noexcept;

} // namespace sluice
