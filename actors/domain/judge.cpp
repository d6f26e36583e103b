// The judgement.
#include "actors/domain/judge.hpp"

#include "actors/domain/promise.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sluice {

namespace {

constexpr duration second = std::chrono::seconds{1};
constexpr double held_enough = 0.01;     ///< [s] in a second; below it is no explanation
constexpr double reservation_met = 0.99; ///< control.md, scenario 5

/// What of a sample's time counts: so little that no sum over the samples of a second overflows (a million of them),
/// and more than anything that is true.
duration addable(duration x) noexcept {
  return std::clamp(x, duration::zero(), duration{std::int64_t{1} << 42});
}

std::int64_t microseconds(duration x) {
  return std::chrono::duration_cast<std::chrono::microseconds>(x).count();
}

/// The last point of the grid at or before `label`.
wall_time grid(wall_time label, duration interval) {
  const auto step = std::max<std::int64_t>(microseconds(interval), 1);
  const auto rest = label.unix_us % step;
  return {label.unix_us - (rest < 0 ? rest + step : rest)};
}

duration statistic(const narrow_histogram& x, latency_statistic which) {
  return which == latency_statistic::mean ? x.mean() : x.quantile(quantile_of(which));
}

/// Up to which load a point is promised; what is above the agreement's own limit never is. 0 = at any load.
double covered_up_to(const objective& terms, const latency_point& point) {
  const auto& limit = terms.limit;
  const auto allowed = limit.iops.unlimited() || !limit.above ? limit.iops : std::max(limit.iops, limit.above->iops);
  if (point.up_to.unlimited() || allowed.unlimited())
    return static_cast<double>(std::max(point.up_to, allowed).per_second);
  return static_cast<double>(std::min(point.up_to, allowed).per_second);
}

/// There are at most 8 points, and the reservation.
std::uint32_t bit_of(std::uint32_t point) noexcept {
  return std::uint32_t{1} << std::min(point, 31u);
}

void blame_for(verdict& to, const blame* why) {
  to.cause = why == nullptr ? blame{}.cause() : why->cause();
  if (to.cause == violation_cause::stream && why != nullptr)
    to.culprit = why->culprit().view();
}

std::string describe(const verdict& x, const kept_agreement& terms) {
  if (x.point >= terms.objective->latency.size())
    return "The reservation of " + std::to_string(terms.objective->reservation.per_second) + " IOPS was "
           + (x.outcome == verdict_outcome::violated ? "not " : "") + "given; mean rate " + std::to_string(x.iops)
           + " IOPS, cause: " + std::string{to_string(x.cause)} + ".";
  const auto us = [](duration d) {
    return std::to_string(microseconds(d)) + " us";
  };
  return "The " + std::string{to_string(terms.objective->latency[x.point].statistic)} + " latency was " + us(x.measured)
         + " against " + us(x.target) + " promised, at " + std::to_string(x.iops) + " IOPS; cause: "
         + std::string{to_string(x.cause)} + (x.culprit.empty() ? "" : ", stream " + x.culprit) + ".";
}

} // namespace

void account::add(const sample& x) {
  ++samples_;
  arrivals_ += x.arrivals;
  completions_ += x.completions;
  done_ += work_of(x);
  waited_ = waited_ || x.backlog > 0;
  if (percentiles_)
    total_.merge(x.total_latency);
  else
    total_.merge_sums(x.total_latency);
  backend_sum_ += addable(x.backend_latency.sum());
  total_sum_ += addable(x.total_latency.sum());
  held_ += addable(x.limited_by_rate) + addable(x.limited_by_depth);
  without_lease_ = without_lease_ || x.control == control_state::envelope;
}

void account::add(const circumstances& x) {
  deficit_ = deficit_ || x.deficit;
  unmeasured_ = unmeasured_ || x.unmeasured;
  if (!x.culprit.empty())
    x.culprit.share(culprit_);
}

void account::add_blame(std::unique_ptr<blame>& to, violation_cause cause, double severity, borrowed_text culprit) {
  if (!(severity > 0))
    return;
  if (to == nullptr)
    to = std::make_unique<blame>();
  to->add(cause, severity, culprit);
}

void account::settle(const kept_agreement& x) noexcept {
  begun_ = begun_ && version_ == x.version && point_count_ == x.objective->latency.size();
}

bool account::rests(instant now, wall_time label) const noexcept {
  return begun_ && label < to_ && label >= from_ && now - second_ < second;
}

bool account::note_broken(std::uint32_t point, bool broken) noexcept {
  const auto bit = bit_of(point);
  const auto before = (broken_ & bit) != 0;
  broken_ = broken ? broken_ | bit : broken_ & ~bit;
  return before != broken;
}

void account::begin_second(instant now) noexcept {
  second_ = now;
  samples_ = arrivals_ = completions_ = 0;
  done_ = {};
  waited_ = deficit_ = without_lease_ = unmeasured_ = false;
  total_.clear();
  total_sum_ = backend_sum_ = held_ = duration::zero();
  culprit_.clear();
}

void account::begin_interval(const kept_agreement& x, instant now, wall_time label) {
  if (points_ == nullptr) {
    point_count_ = static_cast<std::uint32_t>(x.objective->latency.size());
    points_ = std::make_unique<point_figures[]>(point_count_);
  }
  for (auto& point : std::span{points_.get(), point_count_}) {
    point.covered.clear();
    if (point.why != nullptr)
      point.why->clear();
  }
  if (why_short_ != nullptr)
    why_short_->clear();
  any_requests_ = false;
  completed_ = 0;
  length_ = reserved_ = granted_ = 0;
  begun_ = true;
  version_ = x.version;
  percentiles_ = std::any_of(x.objective->latency.begin(), x.objective->latency.end(), [](const latency_point& p) {
    return p.statistic != latency_statistic::mean;
  });
  begin_second(now);
  from_ = grid(label, x.objective->compliance.interval);
  to_ = wall_time{from_.unix_us + microseconds(x.objective->compliance.interval)};
}

second_facts account::facts() const noexcept {
  second_facts result;
  // Whoever falls silent in the midst of its traffic was not measured; and what waited meanwhile burdens the next
  // second.
  result.unmeasured = unmeasured_ || was_unmeasured_ || (samples_ == 0 && had_traffic_);
  result.deficit = deficit_;
  result.held = seconds(held_) > held_enough;
  result.inside = total_sum_ > 2 * backend_sum_;
  result.without_lease = without_lease_;
  result.culprit = !culprit_.empty();
  return result;
}

void account::end_second_of_point(const kept_agreement& x, std::size_t point, double asked, double length) {
  const auto& terms = x.objective->latency[point];
  auto& its = points_[point];
  const auto most = covered_up_to(*x.objective, terms);
  const auto exceeds = most > 0 && asked > most * length;
  // What was asked for too much waits into the next second: that one is not covered either.
  const auto bit = bit_of(static_cast<std::uint32_t>(point));
  if (!exceeds && (exceeded_ & bit) == 0) {
    its.covered.merge(total_);
    add_blame(its.why, cause_of(facts(), true), severity_of(total_, terms), culprit_);
  }
  exceeded_ = exceeds ? exceeded_ | bit : exceeded_ & ~bit;
}

void account::end_second_of_reservation(const kept_agreement& x, double asked, double counted, double length) {
  const auto reservation = static_cast<double>(x.objective->reservation.per_second) * length;
  if (reservation <= 0 || samples_ == 0 || (!waited_ && asked < reservation))
    return;
  const auto served = std::min(static_cast<double>(completions_) * counted, reservation);
  reserved_ += reservation;
  granted_ += served;
  add_blame(why_short_, cause_of(facts(), false), reservation - served, culprit_);
}

void account::end_second(const kept_agreement& x, instant now) {
  const auto length = seconds(now - second_);
  // Promises are counted in requests of at most `promised_io_bytes`.
  const auto counted = done_.requests() > 0 ? promised_ios(done_) / done_.requests() : 1;
  const auto asked = static_cast<double>(arrivals_) * counted;
  for (std::size_t i = 0; i < point_count_; ++i)
    end_second_of_point(x, i, asked, length);
  end_second_of_reservation(x, asked, counted, length);
  any_requests_ = any_requests_ || arrivals_ + completions_ > 0;
  completed_ += completions_;
  length_ += length;
  // Silence without a stream that is missed is idleness after its first second.
  was_unmeasured_ = unmeasured_ || (samples_ == 0 && had_traffic_);
  had_traffic_ = arrivals_ + completions_ > 0 || waited_;
  begin_second(now);
}

verdict account::judge_point(const kept_agreement& x, std::size_t point) const {
  verdict result;
  const auto& terms = x.objective->latency[point];
  const auto& covered = points_[point].covered;
  result.point = static_cast<std::uint32_t>(point);
  result.target = terms.target;
  if (!any_requests_)
    return result;
  if (covered.count() == 0) {
    result.outcome = verdict_outcome::exempt;
    return result;
  }
  result.measured = statistic(covered, terms.statistic);
  result.outcome = result.measured <= terms.target ? verdict_outcome::met : verdict_outcome::violated;
  if (result.outcome == verdict_outcome::violated)
    blame_for(result, points_[point].why.get());
  return result;
}

verdict account::judge_reservation(const kept_agreement& x) const {
  verdict result;
  result.point = static_cast<std::uint32_t>(x.objective->latency.size());
  if (!any_requests_)
    return result;
  result.outcome = granted_ >= reservation_met * reserved_ ? verdict_outcome::met : verdict_outcome::violated;
  if (result.outcome == verdict_outcome::violated)
    blame_for(result, why_short_.get());
  return result;
}

std::vector<verdict> account::advance(const kept_agreement& x, instant now, wall_time label, bool may_conclude) {
  std::vector<verdict> result;
  if (!begun_ || version_ != x.version || point_count_ != x.objective->latency.size()) {
    points_.reset();
    exceeded_ = 0;
    begin_interval(x, now, label);
    return result;
  }
  const auto over = may_conclude && this->over(label);
  if (!over && now - second_ < second)
    return result;
  end_second(x, now);
  if (!over)
    return result;
  for (std::size_t i = 0; i < point_count_; ++i)
    result.push_back(judge_point(x, i));
  if (!x.objective->reservation.unlimited())
    result.push_back(judge_reservation(x));
  for (auto& v : result) {
    v.agreement = x.name.view();
    v.version = x.version;
    v.from = from_;
    v.length = x.objective->compliance.interval;
    v.iops = length_ > 0 ? static_cast<std::uint64_t>(std::llround(static_cast<double>(completed_) / length_)) : 0;
  }
  begin_interval(x, now, label);
  return result;
}

namespace {

/// An interval ended: notes what became of the promise, and says so if that is new.
void conclude(account& its, const kept_agreement& x, verdict&& v, wall_time label, judgement& to) {
  const auto is_broken = v.outcome == verdict_outcome::violated;
  // An interval without data, or one the promise does not cover, changes nothing.
  if ((is_broken || v.outcome == verdict_outcome::met) && its.note_broken(v.point, is_broken))
    to.events.push_back(
        {label, is_broken ? event_kind::promise_violated : event_kind::promise_recovered, v.agreement, describe(v, x)});
  to.verdicts.push_back(std::move(v));
}

} // namespace

void settle(judge_state& state, std::span<const kept_agreement> agreements) {
  std::vector<std::pair<shared_text, account*>> former;
  former.reserve(state.accounts.size());
  for (auto& x : state.accounts)
    former.emplace_back(x.name(), &x);
  std::sort(former.begin(), former.end(), [](const auto& a, const auto& b) {
    return a.first < b.first;
  });
  std::vector<account> living;
  living.reserve(agreements.size());
  for (const auto& x : agreements) {
    const auto at = std::lower_bound(former.begin(), former.end(), x.name, [](const auto& a, const shared_text& b) {
      return a.first < b;
    });
    if (at != former.end() && at->first == x.name)
      living.push_back(std::move(*at->second));
    else
      living.emplace_back(x.name);
    living.back().settle(x);
  }
  state.accounts = std::move(living);
  state.next = 0;
}

void advance(judge_state& state, std::span<const kept_agreement> agreements, instant now, wall_time label,
             judgement& to) {
  const auto all = std::min(agreements.size(), state.accounts.size());
  auto conclusions = max_conclusions_per_tick(all);
  for (std::size_t i = 0; i < std::min(all, max_accounts_per_tick); ++i) {
    const auto at = state.next < all ? state.next : 0;
    state.next = at + 1;
    auto& its = state.accounts[at];
    if (its.rests(now, label))
      continue;
    const auto may_conclude = conclusions > 0;
    conclusions -= may_conclude && its.over(label) ? 1 : 0;
    for (auto& v : its.advance(agreements[at], now, label, may_conclude))
      conclude(its, agreements[at], std::move(v), label, to);
  }
}

} // namespace sluice
