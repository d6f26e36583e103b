// Seconds in order, silence between them, and the findings.
#include "actors/domain/interval_account.hpp"

#include <algorithm>

namespace sluice {

namespace {

constexpr std::int64_t second_us = 1'000'000;

std::int64_t microseconds(duration x) noexcept {
  return std::chrono::duration_cast<std::chrono::microseconds>(x).count();
}

/// The first whole second at or after `x`.
wall_time second_at_or_after(wall_time x) noexcept {
  return second_of({x.unix_us + second_us - 1});
}

const verdict* finding_of(const verdict& x, std::span<const verdict> findings) noexcept {
  const auto found = std::find_if(findings.begin(), findings.end(), [&](const verdict& f) {
    return f.point == x.point && f.version == x.version && f.from == x.from && f.agreement == x.agreement;
  });
  return found == findings.end() ? nullptr : &*found;
}

/// @param complete there are rows of every second of the interval
void apply(const verdict& finding, bool complete, final_verdict& to) {
  auto& what = to.what;
  if (what.outcome == verdict_outcome::no_data && finding.outcome != verdict_outcome::no_data && !complete) {
    what = finding;
    to.basis = verdict_basis::finding;
  } else if (what.outcome == verdict_outcome::violated && finding.outcome == verdict_outcome::violated) {
    what.cause = finding.cause;
    what.culprit = finding.culprit;
  }
}

} // namespace

wall_time interval_begin(wall_time at, duration interval) noexcept {
  const auto step = std::max<std::int64_t>(microseconds(interval), 1);
  const auto rest = at.unix_us % step;
  return {at.unix_us - (rest < 0 ? rest + step : rest)};
}

void interval_account::begin(const agreement& terms, wall_time from) {
  rule_.begin(terms.objective);
  from_ = from;
  to_ = {from.unix_us + std::max(microseconds(terms.objective.compliance.interval), second_us)};
}

void interval_account::pass(const objective& terms, wall_time second, const judged_second& x,
                            const narrow_histogram& total) {
  if (second >= from_)
    rule_.add(terms, x, total, before_);
  before_ = left_by(x, before_);
  next_ = {second.unix_us + second_us};
}

void interval_account::pass_silence(const objective& terms, wall_time until) {
  // What lies before the lead-in reaches nobody.
  next_ = std::max(next_, second_at_or_after({from_.unix_us - std::int64_t{lead_in_seconds} * second_us}));
  static const second_record silence;
  while (next_ < until) {
    pass(terms, next_, silence.facts(busy_), silence.total());
    busy_.clear();
  }
}

bool interval_account::add(const agreement& terms, wall_time second, const second_record& x) {
  if (second < next_ || second >= to_)
    return false;
  pass_silence(terms.objective, second);
  pass(terms.objective, second, x.facts(busy_), x.total());
  x.busy(busy_);
  return true;
}

std::vector<final_verdict> interval_account::close(const agreement& terms, std::span<const verdict> findings) {
  pass_silence(terms.objective, second_at_or_after(to_));
  auto result = rule_.verdicts(terms);
  const auto seconds_us = second_at_or_after(to_).unix_us - second_at_or_after(from_).unix_us;
  for (auto& x : result) {
    x.what.from = from_;
    if (const auto* const finding = finding_of(x.what, findings))
      apply(*finding, x.measured_seconds * second_us >= seconds_us, x);
  }
  begin(terms, to_);
  return result;
}

} // namespace sluice
