// Splits limits, depths and rates, and words why.
#include "actors/domain/stream_throttles.hpp"

#include "actors/domain/envelope.hpp"
#include "actors/domain/joint_burst.hpp"
#include "actors/domain/steady_parts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sluice {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double backlog_horizon = 0.2; ///< [s], in which what waits is to be served; control.md
/// The same of a limit over several streams: whoever begins to wait must weigh as much at once as the one that leaves
/// and whose last sample does not say so yet.
constexpr double limit_horizon = 0.02;
constexpr double demand_slack = 1.2;
constexpr double demand_extra = 10;  ///< I/O per second
constexpr double least_share = 0.02; ///< of a limit, divided by the streams: an idle one must be able to begin
constexpr double even_share = 0.5;   ///< of a standing depth in equal parts, below which nobody's part falls; chosen
constexpr double held_enough = 0.05; ///< share of the time
constexpr double nearly = 0.8;       ///< of a rate
constexpr duration longest_burst = std::chrono::hours{1}; ///< of an allowance

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

/// What a stream could use [I/O per second], if what waits is to be served within `horizon` [s].
double wish_of(const stream_signal& s, double horizon) noexcept {
  // Who asked for nothing lately and waits for nothing has gone elsewhere.
  const auto demand = s.arrivals > 0 || s.outstanding() > 0 ? s.demand : 0;
  return demand_slack * demand + demand_extra + s.backlog / horizon;
}

class splitter {
public:
  splitter(const entity& x, const stream_table& streams, split_scratch& scratch)
      : x_(x), streams_(streams), slots_(x.ledger.streams), scratch_(scratch) {
    scratch_.shares.assign(slots_.size(), stream_share{{}, 0, infinite});
    scratch_.demand.resize(slots_.size());
    scratch_.asked.resize(slots_.size());
    scratch_.parts.resize(slots_.size());
    scratch_.depths.resize(slots_.size());
    scratch_.before.resize(slots_.size());
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      scratch_.demand[i] = wish_of(streams_[slots_[i]].signal, backlog_horizon);
    }
  }

  /// What the agreement's limit permits each stream.
  void limits() {
    if (!x_.terms)
      return;
    const auto& limit = x_.terms->limit;
    if (!limit.iops.unlimited())
      limit_rates(limit);
    if (!limit.bandwidth.unlimited())
      limit_bandwidths(limit);
  }

  void depths() {
    if (x_.depth <= 0)
      return;
    // As long as nobody waits, small numbers in flight are chance: parts that followed them would be sent all the time.
    const auto least = x_.hungry ? 0 : even_share * x_.depth / static_cast<double>(slots_.size());
    for (std::size_t i = 0; i < slots_.size(); ++i)
      scratch_.asked[i] = std::max(1.5 * streams_[slots_[i]].signal.outstanding() + 2, least);
    share_out(x_.depth, scratch_.asked, 1, scratch_.parts, scratch_.allocation);
    for (std::size_t i = 0; i < slots_.size(); ++i)
      scratch_.before[i] = streams_[slots_[i]].standing.now.depth;
    steady_parts(scratch_.parts, scratch_.before, scratch_.depths);
    for (std::size_t i = 0; i < slots_.size(); ++i)
      scratch_.shares[i].depth = scratch_.depths[i];
  }

  void rates(double least) {
    const auto cap = rate_cap(x_);
    if (!std::isfinite(cap))
      return;
    share_out(cap, scratch_.demand, least, scratch_.parts, scratch_.allocation);
    for (std::size_t i = 0; i < slots_.size(); ++i)
      scratch_.shares[i].rate = scratch_.parts[i];
  }

private:
  /// In I/O as promises count them; each stream's share is then said in its requests.
  void limit_rates(const sluice::limit& limit) {
    const auto iops = as_limit(limit.iops);
    const auto extra = slots_.size() > 1 ? x_.credit.extra_rate(limit) : 0;
    const auto count = static_cast<double>(slots_.size());
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      const auto& s = streams_[slots_[i]].signal;
      scratch_.asked[i] = wish_of(s, limit_horizon) * counted_of(s);
    }
    share_out(iops + extra, scratch_.asked, least_share * iops / count, scratch_.parts, scratch_.allocation);
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      auto& to = scratch_.shares[i].limit;
      const auto counted = counted_of(streams_[slots_[i]].signal);
      to.iops = as_rate(scratch_.parts[i] / counted);
      if (limit.above) {
        const auto most = static_cast<double>(limit.above->iops.per_second);
        to.burst_iops = as_rate(scratch_.parts[i] / (iops + extra) * most / counted);
        // Its bucket keeps its size, (burst rate - rate) * length, though the rate is raised.
        const auto longer = most > iops + extra ? (most - iops) / (most - iops - extra) : 1;
        to.burst_length = std::min(std::chrono::duration_cast<duration>(limit.above->length * longer), longest_burst);
      }
    }
  }

  void limit_bandwidths(const sluice::limit& limit) {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      const auto& s = streams_[slots_[i]].signal;
      const auto size = s.completions > 0 ? s.bytes / s.completions : 0;
      scratch_.asked[i] = scratch_.demand[i] * size + 4096 * demand_extra;
    }
    const auto bandwidth = as_limit(limit.bandwidth);
    const auto count = static_cast<double>(slots_.size());
    share_out(bandwidth, scratch_.asked, least_share * bandwidth / count, scratch_.parts, scratch_.allocation);
    for (std::size_t i = 0; i < slots_.size(); ++i)
      scratch_.shares[i].limit.bandwidth = as_rate(scratch_.parts[i]);
  }

  const entity& x_;
  const stream_table& streams_;
  std::span<const stream_slot> slots_;
  split_scratch& scratch_;
};

bool held_by_depth(const stream_state& s, const allowance& now) noexcept {
  return s.signal.held_by_depth > held_enough || (now.depth > 0 && s.signal.outstanding() > now.depth);
}

/// What is only observed is not held back, hence no sample says so: then the demand tells.
bool held_by_rate(const stream_state& s, const allowance& now, bool observed) noexcept {
  if (!observed)
    return s.signal.held_by_rate > held_enough && (!now.iops.unlimited() || !now.bandwidth.unlimited());
  return s.signal.demand > as_limit(now.iops) || s.signal.bytes > as_limit(now.bandwidth);
}

/// It has little left of its rates.
bool nearly_held(const stream_state& s, const allowance& now) noexcept {
  return s.signal.held_by_rate > held_enough || s.signal.demand > nearly * as_limit(now.iops)
         || s.signal.bytes > nearly * as_limit(now.bandwidth);
}

void note_holding(stream_state& s, const allowance& now, const backend_reason& why,
                  const control_policy& policy) noexcept {
  if (held_by_depth(s, now))
    s.held_until = why.now + policy.sticky;
  else if (now.depth == 0)
    s.held_until = instant::zero();
  if (held_by_rate(s, now, why.observed))
    s.limited_until = why.now + policy.sticky;
}

throttle_rule rule_of(const entity& x, const stream_state& s, const backend_reason& why, bool rate_is_ours) noexcept {
  const auto held = why.now < s.held_until || (rate_is_ours && why.now < s.limited_until);
  if (held && x.cut)
    return throttle_rule::capacity;
  if (held && why.beneficiary != nullptr && why.beneficiary != &x)
    return throttle_rule::protection;
  if (held)
    return throttle_rule::share;
  return why.now < s.limited_until ? throttle_rule::limit : throttle_rule::none;
}

std::uint32_t whole(double x) {
  return static_cast<std::uint32_t>(std::llround(std::clamp(x, 0.0, 4e9)));
}

} // namespace

void apply_order(wanted_command& x, const active_override& active) noexcept {
  const auto& order = active.order;
  for (auto* part : {&x.now, &x.envelope}) {
    part->iops = lower(part->iops, order.iops);
    part->bandwidth = lower(part->bandwidth, order.bandwidth);
    if (!order.iops.unlimited()) {
      part->burst_iops = rate{};
      part->burst_length = duration::zero();
    }
  }
  x.rule = throttle_rule::override_;
  x.beneficiary = active.who;
}

double rate_cap(const entity& x) noexcept {
  const auto count = static_cast<double>(x.ledger.streams.size());
  return x.depth <= 0 || !x.hungry || (!x.cap_rate && x.depth >= count) ? infinite : x.part;
}

void split(const entity& x, const stream_table& streams, double least, split_scratch& scratch) {
  splitter its{x, streams, scratch};
  its.limits();
  its.depths();
  its.rates(least);
}

wanted_command wanted_for(const entity& x, stream_state& s, const stream_share& share, const backend_reason& why,
                          const control_policy& policy) noexcept {
  wanted_command to;
  auto rate_is_ours = false;
  if (why.controlled) {
    const auto promised = x.promise.target > 0 ? x.promise.target : why.view.aim;
    // In equal parts, whatever they ask for just now: it is for the time in which nobody counts.
    const auto envelope = envelope_depth(x.promised(), promised) / static_cast<double>(x.ledger.streams.size());
    to.now = to.envelope = share.limit;
    to.now.depth = share.depth;
    to.envelope.depth = static_cast<std::uint32_t>(std::ceil(envelope));
    const auto capped = lower(to.now.iops, as_rate(share.rate));
    rate_is_ours = std::isfinite(share.rate) && capped != to.now.iops;
    if (rate_is_ours) {
      to.now.iops = capped;
      to.now.burst_iops = rate{};
      to.now.burst_length = duration::zero();
    }
  }
  note_holding(s, to.now, why, policy);
  to.tight = nearly_held(s, to.now) || why.now < s.limited_until;
  to.rule = why.controlled ? rule_of(x, s, why, rate_is_ours) : throttle_rule::none;
  if (x.terms)
    to.agreement = x.name;
  if (to.rule == throttle_rule::protection)
    to.beneficiary = why.beneficiary->name;
  if (s.order != nullptr && s.order->holds(why.now))
    apply_order(to, *s.order);
  return to;
}

instant next_wanted(const stream_state& s, const wanted_command& wanted, const backend_reason& why) noexcept {
  const auto now = why.now;
  if (held_by_depth(s, wanted.now) || held_by_rate(s, wanted.now, why.observed))
    return now; // for as long as its samples say so the rule is prolonged
  auto due = instant::max();
  for (const auto end : {s.held_until, s.limited_until, s.order != nullptr ? s.order->expires : instant::zero()})
    if (end > now)
      due = std::min(due, end);
  return due;
}

void note_figures(standing_reason& to, const entity& x, const stream_state& s, const backend_reason& why,
                  const control_policy& policy) {
  why.backend.share(to.backend);
  to.demand = whole(s.signal.demand);
  to.promised = whole(x.promise.rate);
  to.capacity = whole(why.view.capacity);
  to.part = x.hungry ? whole(x.part) : 0;
  to.rest_ms = static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(policy.sticky).count());
  to.until = to.rule == throttle_rule::override_ && s.order != nullptr ? s.order->order.until : wall_time{};
  to.observed = false;
  to.measured_us = to.target_us = 0;
  if (to.rule == throttle_rule::protection) {
    to.measured_us = whole(std::min(why.beneficiary->latency, 3600.0) * 1e6);
    to.target_us = whole(why.beneficiary->promise.target * 1e6);
  }
}

} // namespace sluice
