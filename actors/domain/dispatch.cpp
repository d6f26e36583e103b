// The dispatch.
#include "actors/domain/dispatch.hpp"

#include "actors/domain/observation.hpp"

#include <algorithm>
#include <cmath>

namespace sluice {

namespace {

constexpr double adds_up = 0.015; ///< of a limit; half of what it may be overshot by
constexpr double restful = 0.25;  ///< a step of a depth that must show in the samples before the trim moves on

double distance(std::uint32_t a, std::uint32_t b) {
  return a == b ? 0 : std::abs(static_cast<double>(a) - b) / std::max(a, b);
}

throttle_basis basis_of(const entity& x, const backend_reason& why) noexcept {
  throttle_basis result;
  result.depth = x.depth;
  result.rate = rate_cap(x);
  result.aim = x.promise.target > 0 ? 0 : why.view.aim;
  result.beneficiary = x.ledger.held ? why.beneficiary : nullptr;
  result.controlled = why.controlled;
  result.cut = x.cut;
  result.hungry = x.hungry;
  return result;
}

class dispatcher {
public:
  dispatcher(entity& x, backend_state& backend, stream_table& streams, const backend_reason& why,
             const control_policy& policy, loop_output& out)
      : x_(x), backend_(backend), streams_(streams), why_(why), policy_(policy), out_(out) {}

  void run(const split_scratch& scratch) {
    auto& ledger = x_.ledger;
    ledger.busy = ledger.ruled = 0;
    ledger.held = false;
    ledger.due = instant::max();
    const auto together = parts_do_not_add_up(scratch);
    for (std::size_t i = 0; i < ledger.streams.size(); ++i) {
      const auto slot = ledger.streams[i];
      auto& s = streams_[slot];
      auto wanted = wanted_for(x_, s, scratch.shares[i], why_, policy_);
      wanted.together = together;
      ledger.due = std::min({ledger.due, next_wanted(s, wanted, why_), tell(slot, wanted)});
      ledger.busy += s.signal.completions > 0 || s.signal.outstanding() > 0 ? 1 : 0;
      ledger.ruled += (s.observed != nullptr ? *s.observed : s.standing).why.rule != throttle_rule::none ? 1 : 0;
      ledger.held = ledger.held || why_.now < s.held_until || why_.now < s.limited_until;
    }
    ledger.basis = basis_of(x_, why_);
  }

private:
  /// Whether what stands for the streams of a limit is more or less than it: a step that is too small to be sent for
  /// one of them alone may have gone to another one.
  [[nodiscard]] bool parts_do_not_add_up(const split_scratch& scratch) const {
    if (!why_.controlled || !x_.terms || x_.terms->limit.iops.unlimited() || x_.ledger.streams.size() < 2
        || std::isfinite(rate_cap(x_)))
      return false;
    double wanted = 0;
    double stands = 0;
    for (std::size_t i = 0; i < x_.ledger.streams.size(); ++i) {
      wanted += static_cast<double>(scratch.shares[i].limit.iops.per_second);
      stands += static_cast<double>(streams_[x_.ledger.streams[i]].standing.now.iops.per_second);
    }
    return std::abs(wanted - stands) > adds_up * wanted;
  }

  instant tell(stream_slot slot, const wanted_command& wanted) {
    auto& s = streams_[slot];
    if (!why_.observed) {
      end_observation(s, out_);
      return say(slot, wanted);
    }
    return std::min(observe(s, x_, wanted, why_, policy_, out_), say(slot, released(x_, s, why_)));
  }

  /// Sends what must be sent; returns when the next is due.
  instant say(stream_slot slot, const wanted_command& wanted) {
    auto& s = streams_[slot];
    if (s.inherited.holds())
      return why_.now;
    const acknowledgement gateway{s.signal.generation, s.signal.highest, s.signal.quiet};
    const auto never = s.standing.generation == 0 && gateway.highest == 0;
    if (never && (!why_.controlled || why_.observed) && wanted.rule != throttle_rule::override_)
      return instant::max();
    const auto rule_before = s.standing.why.rule;
    const auto depth_before = s.standing.now.depth;
    switch (command(s.standing, wanted, gateway, why_.now, why_.label, policy_)) {
    case command_kind::none:
      break;
    case command_kind::renew: {
      out_.renewals.add(streams_, {slot, s.standing.generation});
      break;
    }
    case command_kind::send: {
      note_figures(s.standing.why, x_, s, why_, policy_);
      if (distance(s.standing.now.depth, depth_before) >= restful)
        backend_.capacity.rest(why_.now);
      report_change({slot, policy_.lease}, s.standing.why.rule, rule_before);
      break;
    }
    }
    return next_command(s.standing, wanted, gateway, policy_);
  }

  /// A stream's own limit is no decision of the core: it is part of what was agreed, and no event.
  void report_change(const told_throttle& x, throttle_rule after, throttle_rule before) {
    out_.throttles.add(streams_, x);
    const auto ours = [](throttle_rule rule) {
      return rule != throttle_rule::none && rule != throttle_rule::limit;
    };
    if (before == after || (!ours(before) && !ours(after)))
      return;
    const auto kind = ours(after) ? event_kind::stream_throttled : event_kind::stream_released;
    out_.events.add(why_.label, kind, streams_, x, out_.throttles.size() - 1);
  }

  entity& x_;
  backend_state& backend_;
  stream_table& streams_;
  const backend_reason& why_;
  const control_policy& policy_;
  loop_output& out_;
};

} // namespace

void dispatch(entity& x, backend_state& backend, stream_table& streams, const backend_reason& why,
              const control_policy& policy, split_scratch& scratch, loop_output& out) {
  if (!x.ledger.touched && why.now < x.ledger.due && basis_of(x, why) == x.ledger.basis)
    return;
  split(x, streams, static_cast<double>(policy.best_effort_floor.per_second), scratch);
  dispatcher{x, backend, streams, why, policy, out}.run(scratch);
}

} // namespace sluice
