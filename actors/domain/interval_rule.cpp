// The rule.
#include "actors/domain/interval_rule.hpp"

#include <algorithm>
#include <cmath>

namespace sluice {

namespace {

constexpr double reservation_met = 0.99; ///< of what was reserved; whole requests are coarse

duration statistic(const narrow_histogram& x, latency_statistic which) {
  return which == latency_statistic::mean ? x.mean() : x.quantile(quantile_of(which));
}

bool exceeds(double most, double asked, double length) noexcept {
  return most > 0 && asked > most * length;
}

/// I/Os as promises count them per request. Promises are counted in requests of at most `promised_io_bytes`.
double ios_per_request(const work& done) noexcept {
  return done.requests() > 0 ? promised_ios(done) / done.requests() : 1;
}

bool is_unmeasured(const judged_second& x, const second_before& before) noexcept {
  return x.facts.unmeasured || (!x.measured && before.had_traffic);
}

} // namespace

double covered_up_to(const objective& terms, const latency_point& point) noexcept {
  const auto& limit = terms.limit;
  const auto allowed = limit.iops.unlimited() || !limit.above ? limit.iops : std::max(limit.iops, limit.above->iops);
  if (point.up_to.unlimited() || allowed.unlimited())
    return static_cast<double>(std::max(point.up_to, allowed).per_second);
  return static_cast<double>(std::min(point.up_to, allowed).per_second);
}

double judged_second::asked() const noexcept {
  return static_cast<double>(arrivals) * ios_per_request(done);
}

second_before left_by(const judged_second& x, const second_before& before) noexcept {
  return {x.asked(), x.length, x.had_traffic(), is_unmeasured(x, before)};
}

void interval_rule::begin(const objective& terms) {
  points_.resize(terms.latency.size());
  for (auto& point : points_) {
    point.covered.clear();
    point.why.clear();
  }
  why_short_.clear();
  requests_ = completed_ = 0;
  measured_seconds_ = 0;
  length_ = reserved_ = granted_ = 0;
}

void interval_rule::add(const objective& terms, const judged_second& x, const narrow_histogram& total,
                        const second_before& before) {
  auto facts = x.facts;
  facts.unmeasured = is_unmeasured(x, before) || before.unmeasured;
  const auto asked = x.asked();
  for (std::size_t i = 0; i < points_.size(); ++i) {
    const auto& point = terms.latency[i];
    const auto most = covered_up_to(terms, point);
    if (exceeds(most, asked, x.length) || exceeds(most, before.asked, before.length))
      continue;
    points_[i].covered.merge(total);
    points_[i].why.add(cause_of(facts, true), severity_of(total, point), {});
  }
  add_to_reservation(terms, x, facts);
  requests_ += x.arrivals + x.completions;
  completed_ += x.completions;
  measured_seconds_ += x.measured ? 1 : 0;
  length_ += x.length;
}

void interval_rule::add_to_reservation(const objective& terms, const judged_second& x, const second_facts& facts) {
  const auto reservation = static_cast<double>(terms.reservation.per_second) * x.length;
  if (reservation <= 0 || !x.measured || (!x.waited && x.asked() < reservation))
    return;
  const auto served = std::min(static_cast<double>(x.completions) * ios_per_request(x.done), reservation);
  reserved_ += reservation;
  granted_ += served;
  why_short_.add(cause_of(facts, false), reservation - served, {});
}

final_verdict interval_rule::judge_point(const latency_point& terms, const point_figures& x) const {
  final_verdict result;
  auto& what = result.what;
  what.target = terms.target;
  if (requests_ == 0)
    return result;
  if (x.covered.count() == 0) {
    what.outcome = verdict_outcome::exempt;
    return result;
  }
  result.requests = x.covered.count();
  what.measured = statistic(x.covered, terms.statistic);
  what.outcome = what.measured <= terms.target ? verdict_outcome::met : verdict_outcome::violated;
  if (what.outcome == verdict_outcome::violated)
    what.cause = x.why.cause();
  return result;
}

final_verdict interval_rule::judge_reservation() const {
  final_verdict result;
  if (requests_ == 0)
    return result;
  result.requests = completed_;
  result.what.outcome = granted_ >= reservation_met * reserved_ ? verdict_outcome::met : verdict_outcome::violated;
  if (result.what.outcome == verdict_outcome::violated)
    result.what.cause = why_short_.cause();
  return result;
}

std::vector<final_verdict> interval_rule::verdicts(const agreement& terms) const {
  std::vector<final_verdict> result;
  for (std::size_t i = 0; i < points_.size(); ++i)
    result.push_back(judge_point(terms.objective.latency[i], points_[i]));
  if (!terms.objective.reservation.unlimited())
    result.push_back(judge_reservation());
  for (std::size_t i = 0; i < result.size(); ++i) {
    auto& x = result[i];
    x.measured_seconds = measured_seconds_;
    x.what.agreement = terms.name;
    x.what.version = terms.version;
    x.what.point = static_cast<std::uint32_t>(i);
    x.what.length = terms.objective.compliance.interval;
    x.what.iops = length_ > 0 ? static_cast<std::uint64_t>(std::llround(static_cast<double>(completed_) / length_)) : 0;
  }
  return result;
}

} // namespace sluice
