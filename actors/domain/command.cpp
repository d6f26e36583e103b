// Keeps commands rare.
#include "actors/domain/command.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sluice {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr std::int64_t silent_turns = 4; ///< renewals, over which the steps of silent streams are spread; chosen
constexpr double rate_drift = 0.01;      ///< a third of what a limit may be overshot by (control.md, scenario 5)

double distance(std::uint64_t a, std::uint64_t b) noexcept {
  if (a == b)
    return 0;
  if (a == 0 || b == 0)
    return infinite;
  const auto x = static_cast<double>(a);
  const auto y = static_cast<double>(b);
  return std::abs(x - y) / std::max(x, y);
}

double rate_distance(const allowance& a, const allowance& b) noexcept {
  return std::max(
      {distance(a.iops.per_second, b.iops.per_second), distance(a.bandwidth.per_second, b.bandwidth.per_second),
       distance(a.burst_iops.per_second, b.burst_iops.per_second), a.burst_length == b.burst_length ? 0.0 : infinite});
}

bool same_cause(const standing_command& x, const wanted_command& wanted) noexcept {
  return x.generation != 0 && x.why.rule == wanted.rule && wanted.agreement == x.why.agreement
         && (wanted.beneficiary == x.why.beneficiary || wanted.rule != throttle_rule::override_);
}

double step_to(const standing_command& x, const wanted_command& wanted, const control_policy& policy) noexcept {
  if (x.generation == 0)
    return infinite;
  const auto other = wanted.beneficiary != x.why.beneficiary ? policy.small_step : 0; // as much as a small step
  if (x.now == wanted.now && x.envelope == wanted.envelope)
    return other;
  return std::max({other, distance(wanted.now, x.now), distance(wanted.envelope, x.envelope)});
}

bool rates_stand(const standing_command& x, const wanted_command& wanted, const control_policy& policy) noexcept {
  const auto most = wanted.tight ? std::min(rate_drift, policy.small_step) : policy.small_step;
  return rate_distance(wanted.now, x.now) <= most && rate_distance(wanted.envelope, x.envelope) <= most;
}

/// The first moment after it was last sent that lies at its phase, at most `refresh` later.
instant next_refresh(const standing_command& x, const control_policy& policy) noexcept {
  const auto period = std::max<std::int64_t>(policy.refresh.count(), 1);
  const auto phase = static_cast<std::int64_t>(static_cast<double>(period) * (x.phase * 0x1p-32));
  const auto passed = (x.sent.count() - phase) % period;
  return x.sent + duration{period - (passed < 0 ? passed + period : passed)};
}

/// Who is silent uses nothing: a step of its depth waits for one of its renewals, as all those of a backend mostly step
/// together. Rates do not wait: they are parts of a limit.
/// With its first sample it has it at once.
bool has_turn(const standing_command& x, const wanted_command& wanted, const acknowledgement& gateway, instant now,
              const control_policy& policy) noexcept {
  if (!gateway.silent || !rates_stand(x, wanted, policy))
    return true;
  const auto period = now.count() / std::max<std::int64_t>(policy.refresh.count(), 1);
  return now >= next_refresh(x, policy) && (period + x.phase) % silent_turns == 0;
}

bool lost(const standing_command& x, const acknowledgement& gateway) noexcept {
  return gateway.reported < x.generation && !gateway.silent;
}

void note(standing_command& x, const wanted_command& wanted, wall_time label) {
  if (x.generation == 0 || x.why.rule != wanted.rule)
    x.why.since = label;
  x.now = wanted.now;
  x.envelope = wanted.envelope;
  x.why.rule = wanted.rule;
  wanted.agreement.share(x.why.agreement);
  wanted.beneficiary.share(x.why.beneficiary);
}

} // namespace

double distance(const allowance& a, const allowance& b) noexcept {
  return std::max(rate_distance(a, b), distance(std::uint64_t{a.depth}, std::uint64_t{b.depth}));
}

command_kind command(standing_command& x, const wanted_command& wanted, const acknowledgement& gateway, instant now,
                     wall_time label, const control_policy& policy) {
  const auto step = step_to(x, wanted, policy);
  const auto new_cause = !same_cause(x, wanted);
  const auto stepped =
      step >= policy.large_step || (step >= policy.small_step && now - x.changed >= policy.between_small_steps);
  const auto at_once =
      new_cause || (wanted.together && step > 0) || (stepped && has_turn(x, wanted, gateway, now, policy));
  const auto repeat = lost(x, gateway) && now - x.sent >= policy.repeat;
  if (!at_once && now < next_refresh(x, policy) && !repeat)
    return command_kind::none;
  if (!at_once && (gateway.reported == x.generation || gateway.silent)
      && (step <= 0 || rates_stand(x, wanted, policy))) {
    x.sent = now;
    return command_kind::renew;
  }
  const auto changed = new_cause || step > 0;
  auto generation = x.generation;
  // A gateway that knows a higher number than we do (we were restarted) would ignore a lower one.
  if (changed || generation < gateway.highest)
    generation = std::max(generation, gateway.highest) + 1;
  note(x, wanted, label);
  x.generation = generation;
  if (changed)
    x.changed = now;
  x.sent = now;
  return command_kind::send;
}

instant next_command(const standing_command& x, const wanted_command& wanted, const acknowledgement& gateway,
                     const control_policy& policy) noexcept {
  auto due = next_refresh(x, policy);
  if (lost(x, gateway))
    due = std::min(due, x.sent + policy.repeat);
  const auto waits = gateway.silent && rates_stand(x, wanted, policy);
  if (!waits && step_to(x, wanted, policy) >= policy.small_step)
    due = std::min(due, x.changed + policy.between_small_steps);
  return due;
}

void describe(throttle& to, const stream_name& whose, const standing_command& x, duration lease) {
  whose.write_to(to.stream);
  to.generation = x.generation;
  to.lease = lease;
  to.now = x.now;
  to.envelope = x.envelope;
  auto& why = to.why;
  why.rule = x.why.rule;
  why.agreement.assign(x.why.agreement);
  why.beneficiary.assign(x.why.beneficiary);
  why.backend.assign(x.why.backend);
  why.measured = std::chrono::microseconds{x.why.measured_us};
  why.target = std::chrono::microseconds{x.why.target_us};
  why.demand = x.why.demand;
  why.promised = x.why.promised;
  why.capacity = x.why.capacity;
  why.since = x.why.since;
  why.part = x.why.part;
  why.rest = std::chrono::milliseconds{x.why.rest_ms};
  why.until = x.why.until;
  why.observed = x.why.observed;
}

} // namespace sluice
