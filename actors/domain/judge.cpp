// The judgement.
#include "actors/domain/judge.hpp"

#include "actors/domain/promise.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sluice {

namespace {

constexpr duration second = std::chrono::seconds{1};
constexpr double held_enough = 0.01;     ///< share of the interval; below it is no explanation
constexpr double reservation_met = 0.99; ///< control.md, scenario 5

std::int64_t microseconds(duration x) {
  return std::chrono::duration_cast<std::chrono::microseconds>(x).count();
}

/// The last point of the grid at or before `label`.
wall_time grid(wall_time label, duration interval) {
  const auto step = std::max<std::int64_t>(microseconds(interval), 1);
  const auto rest = label.unix_us % step;
  return {label.unix_us - (rest < 0 ? rest + step : rest)};
}

duration statistic(const latency_histogram& x, latency_statistic which) {
  return which == latency_statistic::mean ? x.mean() : x.quantile(quantile_of(which));
}

std::string describe(const verdict& x, const agreement& terms) {
  if (x.point >= terms.objective.latency.size())
    return "The reservation of " + std::to_string(terms.objective.reservation.per_second) + " IOPS was "
           + (x.outcome == verdict_outcome::violated ? "not " : "") + "given; mean rate " + std::to_string(x.iops)
           + " IOPS, cause: " + std::string{to_string(x.cause)} + ".";
  const auto us = [](duration d) {
    return std::to_string(microseconds(d)) + " us";
  };
  return "The " + std::string{to_string(terms.objective.latency[x.point].statistic)} + " latency was " + us(x.measured)
         + " against " + us(x.target) + " promised, at " + std::to_string(x.iops) + " IOPS; cause: "
         + std::string{to_string(x.cause)} + (x.culprit.empty() ? "" : ", stream " + x.culprit) + ".";
}

} // namespace

void account::add(const sample& x) {
  arrivals_ += x.arrivals;
  completions_ += x.completions;
  waited_ = waited_ || x.backlog > 0;
  total_.merge(x.total_latency);
  backend_sum_ += std::max(x.backend_latency.sum(), duration::zero());
  total_sum_ += std::max(x.total_latency.sum(), duration::zero());
  held_ += x.limited_by_rate + x.limited_by_depth;
}

void account::add(const circumstances& x) {
  deficit_ = deficit_ || x.deficit;
  if (!x.culprit.empty())
    culprit_ = x.culprit;
}

void account::begin_interval(const agreement& x, instant now, wall_time label) {
  auto exceeded = std::move(exceeded_);
  *this = account{};
  exceeded_ = std::move(exceeded);
  exceeded_.resize(x.objective.latency.size(), false);
  points_.resize(x.objective.latency.size());
  begun_ = true;
  version_ = x.version;
  second_ = now;
  from_ = grid(label, x.objective.compliance.interval);
  to_ = wall_time{from_.unix_us + microseconds(x.objective.compliance.interval)};
}

void account::end_second(const agreement& x, instant now) {
  const auto length = seconds(now - second_);
  for (std::size_t i = 0; i < points_.size(); ++i) {
    const auto most = x.objective.latency[i].up_to;
    const auto exceeds =
        !most.unlimited() && static_cast<double>(arrivals_) > static_cast<double>(most.per_second) * length;
    // What was asked for too much waits into the next second: that one is not covered either.
    if (!exceeds && !exceeded_[i])
      points_[i].covered.merge(total_);
    exceeded_[i] = exceeds;
  }
  if (const auto reservation = static_cast<double>(x.objective.reservation.per_second) * length;
      reservation > 0 && (waited_ || static_cast<double>(arrivals_) >= reservation)) {
    reserved_ += reservation;
    granted_ += std::min(static_cast<double>(completions_), reservation);
  }
  requests_ += arrivals_ + completions_;
  completed_ += completions_;
  length_ += length;
  second_ = now;
  arrivals_ = completions_ = 0;
  waited_ = false;
  total_.clear();
}

violation_cause account::cause(bool of_latency) const {
  // Waiting inside the gateway dominates: by our throttle, or because the gateway itself is slow.
  const auto waited_inside = of_latency && total_sum_ > 2 * backend_sum_;
  if (deficit_)
    return violation_cause::capacity;
  if (waited_inside)
    return seconds(held_) > held_enough * length_ ? violation_cause::control : violation_cause::gateway;
  if (!culprit_.empty())
    return violation_cause::stream;
  return violation_cause::backend;
}

verdict account::judge_point(const agreement& x, std::size_t point) const {
  verdict result;
  const auto& terms = x.objective.latency[point];
  const auto& covered = points_[point].covered;
  result.point = static_cast<std::uint32_t>(point);
  result.target = terms.target;
  if (requests_ == 0)
    return result;
  if (covered.count() == 0) {
    result.outcome = verdict_outcome::exempt;
    return result;
  }
  result.measured = statistic(covered, terms.statistic);
  result.outcome = result.measured <= terms.target ? verdict_outcome::met : verdict_outcome::violated;
  if (result.outcome == verdict_outcome::violated)
    result.cause = cause(true);
  return result;
}

verdict account::judge_reservation(const agreement& x) const {
  verdict result;
  result.point = static_cast<std::uint32_t>(x.objective.latency.size());
  if (requests_ == 0)
    return result;
  result.outcome = granted_ >= reservation_met * reserved_ ? verdict_outcome::met : verdict_outcome::violated;
  if (result.outcome == verdict_outcome::violated)
    result.cause = cause(false);
  return result;
}

std::vector<verdict> account::advance(const agreement& x, instant now, wall_time label) {
  std::vector<verdict> result;
  if (!begun_ || version_ != x.version || points_.size() != x.objective.latency.size()) {
    begin_interval(x, now, label);
    return result;
  }
  const auto over = label >= to_ || label < from_;
  if (!over && now - second_ < second)
    return result;
  end_second(x, now);
  if (!over)
    return result;
  for (std::size_t i = 0; i < points_.size(); ++i)
    result.push_back(judge_point(x, i));
  if (!x.objective.reservation.unlimited())
    result.push_back(judge_reservation(x));
  for (auto& v : result) {
    v.agreement = x.name;
    v.version = x.version;
    v.from = from_;
    v.length = x.objective.compliance.interval;
    v.iops = length_ > 0 ? static_cast<std::uint64_t>(std::llround(static_cast<double>(completed_) / length_)) : 0;
    if (v.cause == violation_cause::stream)
      v.culprit = culprit_;
  }
  begin_interval(x, now, label);
  return result;
}

namespace {

/// An interval ended: notes what became of the promise, and says so if that is new.
void conclude(judge_state& state, const agreement& x, verdict&& v, wall_time label, judgement& to) {
  const auto is_broken = v.outcome == verdict_outcome::violated;
  // An interval without data, or one the promise does not cover, changes nothing.
  if (is_broken || v.outcome == verdict_outcome::met) {
    auto& was_broken = state.broken[{v.agreement, v.point}];
    if (was_broken != is_broken)
      to.events.push_back({label, is_broken ? event_kind::promise_violated : event_kind::promise_recovered, v.agreement,
                           describe(v, x)});
    was_broken = is_broken;
  }
  to.verdicts.push_back(std::move(v));
}

} // namespace

void settle(judge_state& state, std::span<const agreement> agreements) {
  std::map<std::string, account> living;
  state.by_position.clear();
  for (const auto& x : agreements) {
    auto known = state.accounts.extract(x.name);
    const auto at = known ? living.insert(std::move(known)).position : living.try_emplace(x.name).first;
    state.by_position.push_back(&at->second);
  }
  state.accounts = std::move(living);
  state.next = 0;
  std::erase_if(state.broken, [&](const auto& x) {
    return !state.accounts.contains(x.first.first);
  });
}

void advance(judge_state& state, std::span<const agreement> agreements, instant now, wall_time label, judgement& to) {
  const auto all = std::min(agreements.size(), state.by_position.size());
  for (std::size_t i = 0; i < std::min(all, max_accounts_per_tick); ++i) {
    const auto at = state.next < all ? state.next : 0;
    state.next = at + 1;
    for (auto& v : state.by_position[at]->advance(agreements[at], now, label))
      conclude(state, agreements[at], std::move(v), label, to);
  }
}

} // namespace sluice
