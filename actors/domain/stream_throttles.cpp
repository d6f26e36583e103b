// Splits limits, depths and rates, and words why.
#include "actors/domain/stream_throttles.hpp"

#include "actors/domain/envelope.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sluice {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double backlog_horizon = 0.2; ///< [s], in which what waits is to be served; control.md
constexpr double demand_slack = 1.2;
constexpr double demand_extra = 10;  ///< I/O per second
constexpr double least_share = 0.05; ///< of a limit, divided by the streams: an idle one must be able to begin
constexpr double held_enough = 0.05; ///< share of the time

double as_limit(rate x) {
  return x.unlimited() ? infinite : static_cast<double>(x.per_second);
}

/// Zero would mean "no limit".
rate as_rate(double x) {
  return std::isfinite(x) ? rate{static_cast<std::uint64_t>(std::max(std::floor(x), 1.0))} : rate{};
}

rate lower(rate a, rate b) {
  if (a.unlimited())
    return b;
  return b.unlimited() ? a : std::min(a, b);
}

class splitter {
public:
  splitter(const entity& x, std::span<stream_state* const> streams) : x_(x), streams_(streams) {
    for (const auto* s : streams) {
      demand_.push_back(demand_slack * s->signal.demand + demand_extra + s->signal.backlog / backlog_horizon);
      const auto size = s->signal.completions > 0 ? s->signal.bytes / s->signal.completions : 0;
      bytes_.push_back(demand_.back() * size + 4096 * demand_extra);
      outstanding_.push_back(1.5 * s->signal.outstanding() + 2);
    }
  }

  /// What the agreement's limit permits each stream.
  [[nodiscard]] std::vector<allowance> limits() const {
    std::vector<allowance> result(streams_.size());
    if (!x_.terms)
      return result;
    const auto& limit = x_.terms->limit;
    const auto count = static_cast<double>(streams_.size());
    const auto iops = as_limit(limit.iops);
    const auto rates = share_out(iops, demand_, least_share * iops / count);
    const auto bandwidth = as_limit(limit.bandwidth);
    const auto bytes = share_out(bandwidth, bytes_, least_share * bandwidth / count);
    for (std::size_t i = 0; i < result.size(); ++i) {
      result[i].iops = as_rate(rates[i]);
      result[i].bandwidth = as_rate(bytes[i]);
      if (limit.above && std::isfinite(rates[i])) {
        result[i].burst_iops = as_rate(rates[i] / iops * static_cast<double>(limit.above->iops.per_second));
        result[i].burst_length = limit.above->length;
      }
    }
    return result;
  }

  [[nodiscard]] std::vector<std::uint32_t> depths(double depth) const {
    if (depth <= 0)
      return std::vector<std::uint32_t>(streams_.size(), 0);
    return whole_parts(share_out(depth, outstanding_, 1));
  }

  /// Rates where the depth is too coarse; infinite elsewhere.
  [[nodiscard]] std::vector<double> rates(double least) const {
    const auto count = static_cast<double>(streams_.size());
    if (x_.depth <= 0 || !x_.hungry || (!x_.cap_rate && x_.depth >= count))
      return std::vector<double>(streams_.size(), infinite);
    auto result = share_out(x_.part, demand_, least);
    for (auto& x : result)
      x = std::max(x, least);
    return result;
  }

private:
  const entity& x_;
  std::span<stream_state* const> streams_;
  std::vector<double> demand_;
  std::vector<double> bytes_;
  std::vector<double> outstanding_;
};

/// Remembers for a while that something held the stream back, so that its rule does not flicker.
void note_holding(stream_state& s, const allowance& now, instant at, const control_policy& policy) {
  if (s.signal.held_by_depth > held_enough || (now.depth > 0 && s.signal.outstanding() > now.depth))
    s.held_until = at + policy.sticky;
  else if (now.depth == 0)
    s.held_until = instant::zero();
  if (s.signal.held_by_rate > held_enough && (!now.iops.unlimited() || !now.bandwidth.unlimited()))
    s.limited_until = at + policy.sticky;
}

throttle_rule rule_of(const entity& x, const stream_state& s, const backend_reason& why, bool rate_is_ours) {
  const auto held = why.now < s.held_until || (rate_is_ours && why.now < s.limited_until);
  if (held && x.cut)
    return throttle_rule::capacity;
  if (held && why.beneficiary != nullptr && why.beneficiary != &x)
    return throttle_rule::protection;
  if (held)
    return throttle_rule::share;
  return why.now < s.limited_until ? throttle_rule::limit : throttle_rule::none;
}

reason reason_of(const entity& x, const stream_state& s, const backend_reason& why, throttle_rule rule) {
  reason result;
  result.rule = rule;
  result.agreement = x.terms ? x.name : std::string{};
  result.backend = std::string{why.backend};
  result.demand = static_cast<std::uint64_t>(std::llround(std::clamp(s.signal.demand, 0.0, 1e12)));
  result.promised = static_cast<std::uint64_t>(std::llround(std::clamp(x.promise.rate, 0.0, 1e12)));
  result.capacity = static_cast<std::uint64_t>(std::llround(std::clamp(why.view.capacity, 0.0, 1e12)));
  result.since = why.label;
  if (rule == throttle_rule::protection) {
    result.beneficiary = why.beneficiary->name;
    result.measured = duration{std::llround(std::min(why.beneficiary->latency, 3600.0) * 1e9)};
    result.target = duration{std::llround(why.beneficiary->promise.target * 1e9)};
  }
  return result;
}

/// An operator's order over everything else.
void apply_order(throttle& x, const override_order& order) {
  for (auto* part : {&x.now, &x.envelope}) {
    part->iops = lower(part->iops, order.iops);
    part->bandwidth = lower(part->bandwidth, order.bandwidth);
    if (!order.iops.unlimited()) {
      part->burst_iops = rate{};
      part->burst_length = duration::zero();
    }
  }
  x.why.rule = throttle_rule::override_;
  x.why.beneficiary = order.who;
  x.why.measured = x.why.target = duration::zero();
}

} // namespace

std::vector<throttle> wanted_throttles(const entity& x, std::span<const stream_id* const> ids,
                                       std::span<stream_state* const> streams, const backend_reason& why,
                                       bool controlled, const control_policy& policy) {
  std::vector<throttle> result(streams.size());
  const splitter split{x, streams};
  const auto limits = split.limits();
  const auto depths = split.depths(x.depth);
  const auto rates = split.rates(static_cast<double>(policy.best_effort_floor.per_second));
  const auto promised = x.promise.target > 0 ? x.promise.target : why.view.aim;
  // In equal parts, whatever they ask for just now: it is for the time in which nobody counts.
  const auto envelope = envelope_depth(x.promise.rate, promised) / static_cast<double>(streams.size());
  for (std::size_t i = 0; i < streams.size(); ++i) {
    auto& to = result[i];
    auto& s = *streams[i];
    to.stream = *ids[i];
    auto rate_is_ours = false;
    if (controlled) {
      to.now = limits[i];
      to.envelope = limits[i];
      to.now.depth = depths[i];
      to.envelope.depth = static_cast<std::uint32_t>(std::ceil(envelope));
      const auto capped = lower(to.now.iops, as_rate(rates[i]));
      rate_is_ours = std::isfinite(rates[i]) && capped != to.now.iops;
      if (rate_is_ours) {
        to.now.iops = capped;
        to.now.burst_iops = rate{};
        to.now.burst_length = duration::zero();
      }
    }
    note_holding(s, to.now, why.now, policy);
    to.why = reason_of(x, s, why, controlled ? rule_of(x, s, why, rate_is_ours) : throttle_rule::none);
    if (s.order != nullptr && s.order->holds(why.now))
      apply_order(to, s.order->order);
  }
  return result;
}

} // namespace sluice
