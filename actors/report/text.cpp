// A report as text for a terminal, in the order in which a reader asks.
#include "actors/report/document.hpp"
#include "actors/report/figures.hpp"

#include "actors/domain/quantity.hpp"

#include <algorithm>

namespace sluice::report {

namespace {

/// One code point, one column.
std::size_t width(const std::string& x) noexcept {
  return static_cast<std::size_t>(std::count_if(x.begin(), x.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

/// No control character of anybody's text reaches a terminal.
std::string plain(std::string x) {
  std::replace_if(
      x.begin(), x.end(),
      [](char c) {
        return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
      },
      '?');
  return x;
}

using row = std::vector<std::string>;

/// Columns two spaces apart; those of figures to the right. `form` has one l or r per column.
std::string table(const row& head, const std::vector<row>& rows, const std::string& form) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < head.size(); ++i) {
    widths.push_back(width(head[i]));
    for (const auto& x : rows)
      widths[i] = std::max(widths[i], width(x[i]));
  }
  std::string out;
  const auto add = [&](const row& x) {
    std::string line = " ";
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::string space(widths[i] - width(x[i]), ' ');
      line += ' ' + (form[i] == 'r' ? space + x[i] : x[i] + space) + ' ';
    }
    out += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  };
  add(head);
  for (const auto& x : rows)
    add(x);
  return out;
}

std::string field(const std::string& name, const std::string& value) {
  return "  " + name + std::string(name.size() < 18 ? 18 - name.size() : 1, ' ') + plain(value) + '\n';
}

std::string terms_text(const document& x, const clocks& on) {
  std::string out = "Terms\n";
  const auto& o = x.terms.objective;
  for (std::size_t point = 0; point < o.latency.size(); ++point)
    out += field(point == 0 ? "promised" : "", promise_text(o, static_cast<std::uint32_t>(point)));
  if (!o.reservation.unlimited())
    out += field(o.latency.empty() ? "promised" : "", promise_text(o, static_cast<std::uint32_t>(o.latency.size())));
  out += field("judged", "every " + length(o.compliance.interval) + ", " + percent(x.target_ppm()) + " to be met, per "
                             + std::string{to_string(o.compliance.window)});
  out +=
      field("for the streams", x.terms.streams.gateway + '/' + x.terms.streams.volume + '/' + x.terms.streams.client);
  for (const auto& one : x.versions)
    if (one.terms.suspended)
      out += field("suspended", on.moment(one.terms.since)
                                    + (one.until == wall_time{} ? " and still is" : " to " + on.moment(one.until))
                                    + "; nothing was promised");
  for (const auto& tier : o.compliance.remedies)
    out += field("credit", percent(tier.credit_ppm) + " below " + percent(tier.below_ppm));
  return out;
}

std::string result_text(const document& x) {
  const auto& c = x.whole;
  auto out =
      "Compliance\n" + field("compliance", percent(compliance_ppm(c)))
      + field("coverage", percent(coverage_ppm(c)) + " of the time is known")
      + field("intervals", count(c.met) + " met, " + count(c.violated) + " violated, " + count(c.exempt) + " exempt, "
                               + count(c.no_data) + " without data, " + count(c.excluded) + " excluded")
      + field("error budget", length(time_of(static_cast<std::int64_t>(x.budget.allowed), x.interval())) + ", used "
                                  + length(time_of(static_cast<std::int64_t>(x.budget.consumed), x.interval()))
                                  + ", left " + length(time_of(x.budget.left, x.interval())));
  out += field("burn rate", burn(burn_rate_milli(c, x.target_ppm())) + " in the period");
  for (const auto& one : x.burn)
    out += field("", burn(one.rate_milli) + " in the last " + length(one.length) + (one.alert ? ": an alert" : ""));
  out += field("credit", x.credit ? percent(x.credit->credit_ppm) : "none");
  if (x.objectives.size() < 2)
    return out;
  std::vector<row> rows;
  for (const auto& one : x.objectives)
    rows.push_back({one.promise, std::to_string(one.version), percent(compliance_ppm(one.counts)),
                    count(one.counts.met), count(one.counts.violated), count(one.counts.exempt),
                    count(one.counts.no_data)});
  return out + '\n'
         + table({"Objective", "version", "compliance", "met", "violated", "exempt", "no data"}, rows, "lrrrrrr");
}

std::string violations_text(const document& x, const clocks& on) {
  if (x.violations.empty())
    return "Violations: none\n";
  std::vector<row> rows;
  for (const auto& v : x.violations)
    rows.push_back({on.moment(v.from), length(v.length), promise_text(x.terms.objective, v.point),
                    v.point < x.terms.objective.latency.size() ? latency(v.worst) : count(v.least_iops) + " IOPS",
                    std::string{cause_text(v.cause)}, v.culprit.empty() ? "-" : plain(v.culprit)});
  auto out = "Violations\n" + table({"from", "for", "objective", "worst", "cause", "by"}, rows, "lrlrll");
  if (!x.violations_complete)
    out += "  There are more; this report holds the first " + count(x.violations.size()) + ".\n";
  return out;
}

std::string exclusions_text(const document& x, const clocks& on) {
  if (x.exclusions.empty())
    return "Exclusions: none\n";
  std::vector<row> rows;
  for (const auto& one : x.exclusions)
    rows.push_back({std::to_string(one.entry.id), on.moment(one.entry.starts),
                    one.entry.recurrence.empty() ? "once" : plain(one.entry.recurrence), std::to_string(one.times),
                    length(one.length),
                    std::string{one.withdrawn          ? "withdrawn"
                                : one.entry.correction ? "correction"
                                                       : "in force"},
                    plain(one.entry.author + ": " + one.entry.reason)});
  auto out =
      "Exclusions\n" + table({"id", "from", "recurs", "times", "in all", "state", "by and why"}, rows, "rllrrll");
  for (const auto& one : x.corrections)
    out += "  " + correction_text(one) + ": " + on.moment(one.entry.entered) + " by "
           + plain(one.entry.author + ", " + one.entry.reason) + '\n';
  return out;
}

std::string proof_text(const document& x) {
  const auto& p = x.proof;
  if (p.position == 0)
    return "Proof: no verdict of this period is stored\n";
  auto out = "Proof\n" + field("chain", p.chain + ", entry " + count(p.position)) + field("hash", p.hash);
  if (p.root_day.empty())
    return out + field("signed root", "not yet; it is made once a day");
  return out + field("signed root", p.root + " of " + p.root_day) + field("public key", p.public_key)
         + field("signature", p.signature);
}

} // namespace

std::string text(const document& x) {
  const clocks on{x.time_zone};
  auto out = plain("Service level report: " + x.terms.name + " with " + x.terms.tenant) + '\n';
  out += field("period", x.period + ", " + on.moment(x.from) + " to " + on.moment(x.to) + ' ' + on.name());
  out += field("made", on.moment(x.made)
                           + (x.is_over ? "" : "; the period is not over, judged until " + on.moment(x.judged_until)));
  out += '\n' + summary(x) + "\n\n" + terms_text(x, on) + '\n' + result_text(x) + '\n' + violations_text(x, on) + '\n'
         + exclusions_text(x, on) + '\n' + proof_text(x);
  return out;
}

} // namespace sluice::report
