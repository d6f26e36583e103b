// A report as one HTML file: text, tables and pictures, with a style that prints to A4.
#include "actors/report/document.hpp"
#include "actors/report/figures.hpp"
#include "actors/report/plot.hpp"

#include "actors/domain/quantity.hpp"

#include <algorithm>

namespace sluice::report {

namespace {

/// Rows of violations and exclusions in the printed report; the JSON holds all of them. Chosen: four pages.
constexpr std::size_t max_rows = 150;

constexpr auto style = R"(
@page { size: A4; margin: 16mm 15mm 18mm 15mm; }
* { box-sizing: border-box; }
body { font: 10pt/1.45 "Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif; color: #1f2d3d; margin: 0 auto; max-width: 190mm; padding: 8mm; }
header { border-bottom: 2pt solid #1f2d3d; padding-bottom: 3mm; margin-bottom: 5mm; display: flex; justify-content: space-between; align-items: flex-end; }
h1 { font-size: 17pt; line-height: 1.2; margin: 0; font-weight: 600; }
header p { margin: 0; color: #5b6b7c; }
header .right { text-align: right; white-space: nowrap; }
h2 { font-size: 11.5pt; margin: 7mm 0 2mm; font-weight: 600; break-after: avoid; }
.verdict { padding: 3.5mm 4.5mm; border-left: 3pt solid #8a97a6; background: #f5f7f9; margin: 0 0 5mm; font-size: 11pt; }
.verdict.kept { border-color: #2f7d5b; background: #eff7f3; }
.verdict.broken { border-color: #c0392b; background: #fcf1ef; }
.cards { display: grid; grid-template-columns: repeat(4, 1fr); gap: 3mm; }
.card { border: 0.6pt solid #d5dce3; border-radius: 1.5mm; padding: 2.5mm 3mm; break-inside: avoid; }
.card b { display: block; font-size: 14.5pt; font-weight: 600; line-height: 1.3; }
.card span { color: #5b6b7c; font-size: 8.5pt; display: block; }
table { width: 100%; border-collapse: collapse; font-size: 8.5pt; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th { text-align: left; font-weight: 600; color: #5b6b7c; border-bottom: 0.8pt solid #8a97a6; padding: 1mm 2mm 1mm 0; vertical-align: bottom; }
td { border-bottom: 0.4pt solid #e3e8ee; padding: 1.1mm 2mm 1.1mm 0; vertical-align: top; overflow-wrap: anywhere; }
td.f, th.f { text-align: right; padding-right: 3mm; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.t { white-space: nowrap; font-variant-numeric: tabular-nums; }
table.terms td:first-child { color: #5b6b7c; width: 38mm; }
figure { margin: 4mm 0 0; break-inside: avoid; }
figcaption { font-weight: 600; font-size: 9.5pt; margin-bottom: 1mm; }
figcaption span { font-weight: 400; color: #5b6b7c; }
svg { width: 100%; height: auto; display: block; }
svg text { font: 10px "Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif; }
code { font: 8pt "DejaVu Sans Mono", "Liberation Mono", Menlo, monospace; overflow-wrap: anywhere; }
.note { color: #5b6b7c; font-size: 8.5pt; margin: 2mm 0 0; }
.alert { color: #c0392b; font-weight: 600; }
section { break-inside: avoid; }
@media print { body { padding: 0; max-width: none; } }
)";

/// Text that may come from anybody.
std::string e(std::string_view x) {
  return escaped(x);
}

std::string cell(const std::string& x, const char* kind = "") {
  return *kind == '\0' ? "<td>" + x + "</td>" : std::string{"<td class=\""} + kind + "\">" + x + "</td>";
}

/// Names beginning with a dot stand over figures.
std::string head(std::initializer_list<std::string_view> names) {
  std::string out = "<thead><tr>";
  for (auto x : names)
    out += x.starts_with('.') ? "<th class=\"f\">" + e(x.substr(1)) + "</th>" : "<th>" + e(x) + "</th>";
  return out + "</tr></thead>";
}

std::string row(const std::string& name, const std::string& value) {
  return "<tr><td>" + e(name) + "</td><td>" + value + "</td></tr>";
}

std::string card(const std::string& name, const std::string& figure, const std::string& note) {
  return "<div class=\"card\"><span>" + e(name) + "</span><b>" + e(figure) + "</b><span>" + e(note) + "</span></div>";
}

std::string budget_length(const document& x, std::int64_t intervals) {
  return length(time_of(intervals, x.interval()));
}

std::string cards(const document& x) {
  const auto of_budget = x.budget.allowed == 0
                             ? std::string{"none was allowed"}
                             : "of " + budget_length(x, static_cast<std::int64_t>(x.budget.allowed)) + " allowed";
  return "<div class=\"cards\">"
         + card("Compliance", percent(compliance_ppm(x.whole)), "target " + percent(x.target_ppm()))
         + card("Error budget used", budget_length(x, static_cast<std::int64_t>(x.budget.consumed)), of_budget)
         + card("Coverage", percent(coverage_ppm(x.whole)), "of the time is known")
         + card("Credit", x.credit ? percent(x.credit->credit_ppm) : "none",
                x.credit                                        ? "below " + percent(x.credit->below_ppm)
                : x.terms.objective.compliance.remedies.empty() ? "none was agreed"
                                                                : "no tier was missed")
         + "</div>";
}

std::string terms(const document& x) {
  const auto& o = x.terms.objective;
  std::string promises;
  const auto objectives = o.latency.size() + (o.reservation.unlimited() ? 0 : 1);
  for (std::uint32_t point = 0; point < objectives; ++point)
    promises += (point == 0 ? "" : "<br>") + e(promise_text(o, point));
  std::string remedies;
  for (const auto& tier : o.compliance.remedies)
    remedies += (remedies.empty() ? "" : "<br>") + percent(tier.credit_ppm) + " of the period's price below "
                + percent(tier.below_ppm);
  auto out =
      "<h2>Terms</h2><table class=\"terms\">"
      + row("Agreement", e(x.terms.name) + ", version " + std::to_string(x.terms.version))
      + row("Customer", e(x.terms.tenant)) + row("Promised", promises)
      + row("Judged",
            "every " + length(o.compliance.interval) + "; " + percent(x.target_ppm()) + " of the intervals must be met")
      + row("Streams", e(x.terms.streams.gateway + " / " + x.terms.streams.volume + " / " + x.terms.streams.client)
                           + " <span class=\"note\">(gateway / volume / client; * stands for any)</span>")
      + row("Credit", remedies.empty() ? "none was agreed" : remedies);
  if (x.versions.size() > 1) {
    const clocks on{x.time_zone};
    std::string all;
    for (const auto& one : x.versions)
      all += (all.empty() ? "" : "<br>") + std::to_string(one.terms.version) + " from " + on.moment(one.terms.since)
             + (one.until == wall_time{} ? "" : " to " + on.moment(one.until))
             + (one.terms.suspended ? ", suspended: nothing was promised" : "");
    out += row("Versions", all);
  }
  return out + "</table>";
}

std::string figures(const document& x) {
  std::string out =
      "<h2>Compliance</h2><table>"
      + head({"Objective", ".Version", ".Compliance", ".Met", ".Violated", ".Exempt", ".No data", ".Excluded"});
  const auto add = [&](const std::string& name, const std::string& version, const interval_counts& c) {
    out += "<tr>" + cell(name) + cell(version, "f") + cell(percent(compliance_ppm(c)), "f") + cell(count(c.met), "f")
           + cell(count(c.violated), "f") + cell(count(c.exempt), "f") + cell(count(c.no_data), "f")
           + cell(count(c.excluded), "f") + "</tr>";
  };
  for (const auto& one : x.objectives)
    add(e(one.promise), std::to_string(one.version), one.counts);
  if (x.objectives.size() > 1)
    add("<b>The agreement as a whole</b>", "", x.whole);
  return out
         + "</table><p class=\"note\">In intervals. Compliance = met / (met + violated). Exempt: more was asked for "
           "than the "
           "promise covers. No data: nothing was asked for, or nothing was measured; unmeasured time never counts as "
           "good and lowers the coverage. Excluded: agreed maintenance.</p>";
}

std::string pictures(const document& x) {
  auto latency_note = std::string{", of all requests per "} + length(x.resolution);
  if (x.streams_left_out > 0)
    latency_note += "; the first " + count(x.streams) + " of " + count(x.streams + x.streams_left_out) + " streams";
  auto out = "<figure><figcaption>Compliance <span>per day; dashed: the target, " + percent(x.target_ppm())
             + "</span></figcaption>" + compliance_plot(x) + "</figure>";
  if (x.series.empty())
    out += "<p class=\"note\">No latency is stored for this period.</p>";
  else
    out += "<figure><figcaption>Latency <span>" + e(latency_note.substr(2)) + "</span></figcaption>" + latency_plot(x)
           + "</figure>";
  return out + "<figure><figcaption>Error budget left <span>and an even use of it, dotted</span></figcaption>"
         + budget_plot(x) + "</figure>";
}

std::string burning(const document& x) {
  auto out = "<section><h2>Burn rate</h2><table>" + head({"Window", ".Burn rate", ".Alert above", "State"}) + "<tr>"
             + cell("the period") + cell(burn(burn_rate_milli(x.whole, x.target_ppm())), "f") + cell("", "f") + cell("")
             + "</tr>";
  for (const auto& one : x.burn)
    out += "<tr>" + cell("last " + length(one.length)) + cell(burn(one.rate_milli), "f")
           + cell(burn(one.threshold_milli), "f")
           + cell(one.alert        ? "<span class=\"alert\">alert</span>"
                  : one.rate_milli ? "quiet"
                                   : "nothing was judged")
           + "</tr>";
  return out
         + "</table><p class=\"note\">At 1 the budget is used up exactly at the end of the period. The windows end "
           "with the "
           "last judged interval of the period; an alert needs both windows of a pair above the "
           "threshold.</p></section>";
}

std::string violations(const document& x, const clocks& on) {
  if (x.violations.empty())
    return "<h2>Violations</h2><p>There were none.</p>";
  std::string out = "<h2>Violations</h2><table>" + head({"Cause", "Caused by", ".Violated time"});
  for (std::size_t i = 0; i < std::min<std::size_t>(x.causes.size(), 10); ++i)
    out += "<tr>" + cell(e(cause_text(x.causes[i].cause)))
           + cell(x.causes[i].culprit.empty() ? "-" : e(x.causes[i].culprit)) + cell(length(x.causes[i].length), "f")
           + "</tr>";
  out += "</table><br><table>" + head({"From", ".Duration", "Objective", ".Worst", "Cause", "Caused by"});
  const auto shown = std::min(x.violations.size(), max_rows);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& v = x.violations[i];
    const bool of_latency = v.point < x.terms.objective.latency.size();
    out += "<tr>" + cell(on.moment(v.from), "t") + cell(length(v.length), "f")
           + cell(e(promise_text(x.terms.objective, v.point)))
           + cell(of_latency ? latency(v.worst) : count(v.least_iops) + " IOPS", "f") + cell(e(cause_text(v.cause)))
           + cell(v.culprit.empty() ? "-" : e(v.culprit)) + "</tr>";
  }
  out += "</table>";
  if (shown < x.violations.size() || !x.violations_complete)
    out += "<p class=\"note\">The first " + count(shown) + " are shown. All of them: sluicectl violations "
           + e(x.terms.name) + " --period " + e(x.period) + ".</p>";
  return out;
}

std::string exclusions(const document& x, const clocks& on) {
  if (x.exclusions.empty())
    return "<h2>Exclusions</h2><p>There were none.</p>";
  auto out = "<h2>Exclusions</h2><table>" + head({"No.", "From", "Recurs", ".Times", ".In all", "By", "Reason"});
  for (std::size_t i = 0; i < std::min(x.exclusions.size(), max_rows); ++i) {
    const auto& one = x.exclusions[i];
    const std::string state = one.withdrawn ? " (withdrawn)" : one.entry.correction ? " (correction)" : "";
    out += "<tr>" + cell(std::to_string(one.entry.id)) + cell(on.moment(one.entry.starts), "t")
           + cell(one.entry.recurrence.empty() ? "once" : e(one.entry.recurrence))
           + cell(std::to_string(one.times), "f") + cell(length(one.length), "f") + cell(e(one.entry.author))
           + cell(e(one.entry.reason) + state) + "</tr>";
  }
  out += "</table>";
  for (std::size_t i = 0; i < std::min(x.corrections.size(), max_rows); ++i) {
    const auto& one = x.corrections[i];
    out += "<p class=\"note\">" + e(correction_text(one)) + ": " + on.moment(one.entry.entered) + " by "
           + e(one.entry.author) + ", " + e(one.entry.reason) + "</p>";
  }
  return out;
}

std::string proof(const document& x) {
  const auto& p = x.proof;
  std::string out = "<h2>Proof</h2>";
  if (p.position == 0)
    return out + "<p>No verdict of this period is stored.</p>";
  out += "<table class=\"terms\">" + row("Chain", e(p.chain) + ", up to entry " + count(p.position))
         + row("Hash", "<code>" + e(p.hash) + "</code>");
  if (p.root_day.empty())
    out += row("Signed root", "not yet; one is made each day");
  else
    out += row("Signed root", "<code>" + e(p.root) + "</code><br>of " + e(p.root_day))
           + row("Public key", "<code>" + e(p.public_key) + "</code>")
           + row("Signature", "<code>" + e(p.signature) + "</code>");
  return out
         + "</table><p class=\"note\">Each verdict carries the SHA-256 of the one before, so that this hash commits to "
           "every "
           "verdict up to the end of the period. The root commits to all chains of its day; keep it. "
           "An export of the verdicts is checked offline with <code>sluicectl evidence verify</code>.</p>";
}

} // namespace

std::string html(const document& x) {
  const clocks on{x.time_zone};
  const auto kept = is_kept(x.whole, x.target_ppm());
  const auto state = !x.is_over ? "judged until " + on.moment(x.judged_until) : std::string{"the period is over"};
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Service level report "
         + e(x.terms.name) + ' ' + e(x.period) + "</title><style>" + style
         + "</style></head><body><header><div><p>Service level report</p><h1>" + e(x.terms.name) + "</h1><p>"
         + e(x.terms.tenant) + "</p></div><div class=\"right\"><h1>" + e(x.period) + "</h1><p>"
         + on.moment(x.from).substr(0, 16) + " to " + on.moment(x.to).substr(0, 16) + "<br>" + e(on.name()) + "; "
         + state + "</p></div></header><p class=\"verdict "
         + (!kept   ? ""
            : *kept ? "kept"
                    : "broken")
         + "\">" + e(summary(x)) + "</p>" + cards(x) + pictures(x) + figures(x) + terms(x) + violations(x, on)
         + burning(x) + exclusions(x, on) + proof(x) + "<p class=\"note\">Made on " + on.moment(x.made) + ' '
         + e(on.name()) + ". All times are on the clocks of this zone.</p></body></html>\n";
}

} // namespace sluice::report
