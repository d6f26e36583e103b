// Book-keeping.
#include "tests/sim/controllers/ledger.hpp"

#include "actors/domain/command.hpp"
#include "actors/domain/selection.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace sluice::sim {

namespace {

/// As Sluice's own: smaller changes wait for the refresh.
constexpr double worth_a_command = 0.05;

} // namespace

allowance limited(allowance x, const limit& most, std::size_t streams) noexcept {
  const auto iops = part_of(most.iops, streams);
  if (!iops.unlimited() && (x.iops.unlimited() || iops < x.iops)) {
    x.iops = iops;
    if (most.above) {
      x.burst_iops = part_of(most.above->iops, streams);
      x.burst_length = most.above->length;
    }
  }
  const auto bandwidth = part_of(most.bandwidth, streams);
  if (!bandwidth.unlimited() && (x.bandwidth.unlimited() || bandwidth < x.bandwidth))
    x.bandwidth = bandwidth;
  return x;
}

void ledger::establish(const established& all) {
  agreements_ = all.agreements;
  devices_ = all.devices;
  terms_known_ = true;
  changed_ = true;
}

const nameplate* ledger::device(const std::string& backend) const noexcept {
  const auto at = std::find_if(devices_.begin(), devices_.end(), [&](const nameplate& x) {
    return x.backend == backend;
  });
  return at == devices_.end() ? nullptr : &*at;
}

void ledger::take(std::uint64_t incarnation, const sample& x, instant now) {
  if (!problem_with(x).empty()) {
    ++refused_;
    return;
  }
  const auto found = at_.find(x.stream);
  if (found == at_.end() && streams_.size() >= max_streams) {
    ++refused_;
    return;
  }
  if (found == at_.end()) {
    at_.emplace(x.stream, streams_.size());
    streams_.emplace_back().id = x.stream;
    changed_ = true;
  }
  auto& to = streams_[at_.find(x.stream)->second];
  if (to.incarnation_ == incarnation && x.sequence <= to.sequence_ && to.sequence_ != 0) {
    ++refused_;
    return;
  }
  if (to.backend_ != x.backend) {
    to.backend_ = x.backend;
    changed_ = true;
  }
  to.incarnation_ = incarnation;
  to.sequence_ = x.sequence;
  to.heard_ = now;
  to.acknowledged_ = x.generation;
  to.backlog = x.backlog;
  to.length_ += x.interval;
  to.arrived_ += x.arrivals;
  to.served_ += x.completions;
  to.timed_ += x.backend_latency.count();
  to.waited_ += x.backend_latency.sum();
}

void ledger::begin_tick(instant now) {
  forget_silent(now);
  for (auto& x : streams_) {
    const auto length = seconds(std::exchange(x.length_, duration::zero()));
    x.fresh = length > 0;
    const auto arrived = static_cast<double>(std::exchange(x.arrived_, 0));
    const auto served = static_cast<double>(std::exchange(x.served_, 0));
    const auto timed = static_cast<double>(std::exchange(x.timed_, 0));
    const auto waited = seconds(std::exchange(x.waited_, duration::zero()));
    if (x.fresh) {
      x.arrivals = arrived / length;
      x.completions = served / length;
      x.latency = timed > 0 ? waited / timed : 0;
    }
    x.obeys = x.sent_.generation != 0 && x.acknowledged_ == x.sent_.generation;
  }
  if (changed_ && terms_known_)
    group();
}

void ledger::forget_silent(instant now) {
  const auto silent = [&](const ledger_stream& x) {
    return now - x.heard_ >= policy_.forget;
  };
  if (std::none_of(streams_.begin(), streams_.end(), silent))
    return;
  std::erase_if(streams_, silent);
  at_.clear();
  for (std::size_t i = 0; i < streams_.size(); ++i)
    at_.emplace(streams_[i].id, i);
  changed_ = true;
}

void ledger::group() {
  parties_.clear();
  std::map<std::pair<std::string, std::string>, std::size_t> found; // backend; agreement, or client after a space
  std::vector<std::size_t> order(streams_.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return streams_[a].id < streams_[b].id;
  });
  for (const auto i : order) {
    const auto* its = agreement_for(agreements_, streams_[i].id);
    const auto key = std::pair{streams_[i].backend_, its != nullptr ? its->name : " " + streams_[i].id.client};
    const auto [at, fresh] = found.emplace(key, parties_.size());
    if (fresh)
      parties_.push_back({its != nullptr ? its->name : "",
                          key.first,
                          its != nullptr ? promise_of(its->objective, policy_) : best_effort_promise(policy_),
                          its != nullptr ? its->objective.limit : limit{},
                          {}});
    streams_[i].party = at->second;
    parties_[at->second].streams.push_back(i);
  }
  share_best_effort();
  changed_ = false;
  ++version_;
}

void ledger::share_best_effort() {
  std::map<std::string, double> count;
  for (const auto& x : parties_)
    count[x.backend] += x.name.empty() ? 1 : 0;
  for (auto& x : parties_)
    if (x.name.empty())
      x.terms.weight = policy_.best_effort_weight / count[x.backend];
}

void ledger::refresh(ledger_stream& x, instant now, wall_time label) {
  const auto& its = parties_[x.party];
  const auto first = x.sent_.generation == 0;
  const auto due = first || now - x.sent_at_ >= policy_.refresh;
  const auto step = first ? 1 : distance(*x.told, x.sent_.now);
  const auto lost = !x.obeys && now - x.sent_at_ >= policy_.repeat;
  if (step < worth_a_command && !due && !lost)
    return;
  x.sent_at_ = now;
  if (step > 0 || lost) {
    const auto fresh = step > 0 || x.acknowledged_ > x.sent_.generation;
    if (fresh) // above whatever a core that was killed has sent
      x.sent_.generation = std::max(x.sent_.generation, x.acknowledged_) + 1;
    x.sent_.stream = x.id;
    x.sent_.lease = policy_.lease;
    x.sent_.now = *x.told;
    x.sent_.envelope = limited({}, its.most, its.streams.size());
    x.sent_.why = {};
    x.sent_.why.rule = x.told->unlimited() ? throttle_rule::none : throttle_rule::share;
    x.sent_.why.agreement = its.name;
    x.sent_.why.backend = its.backend;
    x.sent_.why.promised = static_cast<std::uint64_t>(its.terms.rate);
    x.sent_.why.since = label;
    throttles_.push_back(x.sent_);
  } else {
    renewals_.push_back({x.id, x.sent_.generation});
  }
}

controller_output ledger::commands(instant now, wall_time label) {
  throttles_.clear();
  renewals_.clear();
  for (auto& x : streams_)
    if (x.told && terms_known_)
      refresh(x, now, label);
  return {throttles_, renewals_, {}, {}, std::exchange(refused_, 0)};
}

std::vector<throttle> ledger::in_force() const {
  std::vector<throttle> result;
  for (const auto& x : streams_)
    if (x.sent_.generation != 0)
      result.push_back(x.sent_);
  return result;
}

} // namespace sluice::sim
