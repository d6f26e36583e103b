// Keeps commands rare.
#include "actors/domain/command.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace sluice {

namespace {

constexpr double small_step = 0.05; ///< control.md
constexpr double large_step = 0.25; ///< chosen: a victim notices this much within the interval between small steps
constexpr duration between_small_steps = std::chrono::seconds{1};

double distance(std::uint64_t a, std::uint64_t b) noexcept {
  if (a == b)
    return 0;
  if (a == 0 || b == 0)
    return std::numeric_limits<double>::infinity();
  const auto x = static_cast<double>(a);
  const auto y = static_cast<double>(b);
  return std::abs(x - y) / std::max(x, y);
}

bool same_cause(const reason& a, const reason& b) noexcept {
  return a.rule == b.rule && a.agreement == b.agreement && a.beneficiary == b.beneficiary;
}

} // namespace

double distance(const allowance& a, const allowance& b) noexcept {
  return std::max({distance(a.iops.per_second, b.iops.per_second),
                   distance(a.bandwidth.per_second, b.bandwidth.per_second), distance(a.depth, b.depth),
                   distance(a.burst_iops.per_second, b.burst_iops.per_second),
                   a.burst_length == b.burst_length ? 0.0 : std::numeric_limits<double>::infinity()});
}

std::optional<throttle> command(standing_command& x, throttle wanted, std::uint64_t acknowledged, instant now,
                                const control_policy& policy) {
  const auto first = x.last.generation == 0;
  const auto step = first ? std::numeric_limits<double>::infinity()
                          : std::max(distance(wanted.now, x.last.now), distance(wanted.envelope, x.last.envelope));
  const auto new_cause = first || !same_cause(wanted.why, x.last.why);
  const auto since_change = now - x.changed;
  const auto at_once = new_cause || step >= large_step || (step >= small_step && since_change >= between_small_steps);
  const auto refresh = now - x.sent >= policy.refresh;
  const auto lost = acknowledged < x.last.generation && now - x.sent >= policy.repeat;
  if (!at_once && !refresh && !lost)
    return std::nullopt;

  if (!new_cause || (!first && wanted.why.rule == x.last.why.rule))
    wanted.why.since = x.last.why.since;
  wanted.lease = policy.lease;
  const auto changed = new_cause || step > 0;
  wanted.generation = changed ? std::max(x.last.generation, acknowledged) + 1 : x.last.generation;
  // A gateway that knows a higher number than we do (we were restarted) would ignore a lower one.
  if (wanted.generation < acknowledged)
    wanted.generation = acknowledged + 1;
  if (changed)
    x.changed = now;
  x.sent = now;
  x.last = std::move(wanted);
  return x.last;
}

} // namespace sluice
