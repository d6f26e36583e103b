// From the answer to the report: what follows from the counts, by the rules of the domain.
#include "actors/report/document.hpp"

#include "actors/report/figures.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace sluice::report {

namespace {

std::vector<burn_part> burn_of(const std::vector<window_account>& windows, std::uint32_t target_ppm) {
  std::vector<burn_part> out;
  const auto counts_of = [&](duration length) {
    const auto found = std::find_if(windows.begin(), windows.end(), [&](const window_account& x) {
      return x.length == length;
    });
    return found == windows.end() ? interval_counts{} : found->whole;
  };
  for (const auto& alert : burn_alerts) {
    const auto longer = counts_of(alert.longer);
    const auto shorter = counts_of(alert.shorter);
    const bool burns = is_alert(alert, longer, shorter, target_ppm);
    out.push_back({alert.longer, burn_rate_milli(longer, target_ppm), alert.threshold_milli, burns});
    out.push_back({alert.shorter, burn_rate_milli(shorter, target_ppm), alert.threshold_milli, burns});
  }
  return out;
}

std::vector<day_part> days_of(const std::vector<partial_account>& hours, const clocks& on) {
  std::vector<day_part> out;
  for (const auto& x : hours) {
    if (out.empty() || on.date(out.back().from) != on.date(x.from))
      out.push_back({x.from, {}});
    out.back().counts += x.whole;
  }
  return out;
}

std::vector<cause_part> causes_of(const std::vector<violation>& violations) {
  std::map<std::pair<violation_cause, std::string>, duration> sums;
  for (const auto& x : violations)
    sums[{x.cause, x.culprit}] += x.length;
  std::vector<cause_part> out;
  for (const auto& [key, length] : sums)
    out.push_back({key.first, key.second, length});
  std::stable_sort(out.begin(), out.end(), [](const cause_part& a, const cause_part& b) {
    return a.length > b.length;
  });
  return out;
}

/// Whether an entry changes anything in the period; one that is no correction leaves the months that were over alone.
bool has_effect(const exclusion& x, const history_answer& in, const clocks& on) {
  return x.correction || on.month_begin(x.entered) < in.to;
}

std::vector<exclusion_part> exclusions_of(const history_answer& x, const clocks& on) {
  std::set<std::int64_t> withdrawn;
  for (const auto& entry : x.exclusions)
    if (entry.withdraws != 0 && has_effect(entry, x, on))
      withdrawn.insert(entry.withdraws);
  std::vector<exclusion_part> out;
  for (const auto& entry : x.exclusions) {
    if (entry.withdraws != 0)
      continue;
    exclusion_part part{entry, withdrawn.contains(entry.id), 0, duration{0}};
    for (const auto& span : x.excluded) {
      if (span.exclusion != entry.id)
        continue;
      ++part.times;
      part.length += std::chrono::microseconds{span.to.unix_us - span.from.unix_us};
    }
    out.push_back(std::move(part));
  }
  return out;
}

std::vector<correction_part> corrections_of(const history_answer& x, const clocks& on) {
  std::vector<correction_part> out;
  for (const auto& entry : x.exclusions) {
    const bool after_end = entry.entered >= x.to;
    const bool after_month = entry.correction && on.month_begin(entry.entered) > x.from;
    if (after_month || (after_end && has_effect(entry, x, on)))
      out.push_back({entry, after_end});
  }
  return out;
}

const objective& terms_of(const history_answer& x, std::uint32_t version) {
  for (const auto& one : x.versions)
    if (one.terms.version == version)
      return one.terms.objective;
  return x.accounts.front().terms.objective;
}

} // namespace

document make_document(const history_answer& x, const std::string& period) {
  document out;
  const auto& account = x.accounts.front();
  const clocks on{account.terms.objective.compliance.time_zone};
  out.period = period;
  out.time_zone = on.name();
  out.terms = account.terms;
  out.from = account.from;
  out.to = account.to;
  out.made = x.at;
  out.judged_until = x.judged_until;
  out.is_over = account.to_come == 0;
  out.whole = account.whole;
  for (const auto& one : account.objectives)
    out.objectives.push_back(
        {one.version, promise_text(terms_of(x, one.version), static_cast<std::uint32_t>(one.point)), one.counts});
  out.budget = budget_of(account.whole, account.to_come, out.target_ppm());
  out.burn = burn_of(x.windows, out.target_ppm());
  out.credit = remedy_of(account.whole, out.terms.objective.compliance.remedies);
  out.violations = x.violations;
  out.violations_complete = x.violations_left_out == 0;
  out.causes = causes_of(x.violations);
  out.days = days_of(x.hours, on);
  out.hours = x.hours;
  out.series = x.series;
  out.resolution = x.resolution;
  out.streams = x.streams;
  out.streams_left_out = x.streams_left_out;
  out.versions = x.versions;
  out.exclusions = exclusions_of(x, on);
  out.corrections = corrections_of(x, on);
  out.proof = x.proof;
  return out;
}

std::string correction_text(const correction_part& x) {
  const auto number = std::to_string(x.entry.withdraws != 0 ? x.entry.withdraws : x.entry.id);
  return std::string{x.after_end ? "After the period's end" : "After the end of a month in it"} + " exclusion " + number
         + (x.entry.withdraws != 0 ? " was taken back" : " was entered");
}

std::string summary(const document& x) {
  const auto kept = is_kept(x.whole, x.target_ppm());
  const std::string until = x.is_over ? "" : " so far";
  if (!kept)
    return "Nothing was judged in this period" + until + ": there is no compliance to tell.";
  std::string text = *kept ? "The promise was kept" + until : "The promise was not kept" + until;
  text += ": " + percent(compliance_ppm(x.whole)) + " of the judged intervals were met, " + percent(x.target_ppm())
          + " were promised.";
  if (x.credit)
    text += (x.is_over ? " The credit is " : " As it stands the credit would be ") + percent(x.credit->credit_ppm)
            + " of the period's price.";
  return text;
}

} // namespace sluice::report
