// The table.
#include "tests/sim/what_if/forecast_report.hpp"

#include "actors/domain/quantity.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace sluice::sim {

namespace {

using row = std::array<std::string, 4>;

std::string plural(std::size_t count, const std::string& one) {
  return std::to_string(count) + ' ' + one + (count == 1 ? "" : "s");
}

std::string milliseconds(duration x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2fms", static_cast<double>(x.count()) / 1e6);
  return text;
}

std::string per_second(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.0f/s", x);
  return text;
}

std::string name_of(const agreement& x, std::size_t promise) {
  if (promise >= x.objective.latency.size())
    return "reservation " + std::to_string(x.objective.reservation.per_second) + "/s";
  const auto& point = x.objective.latency[promise];
  return std::string{to_string(point.statistic)} + ' ' + duration_text(point.target)
         + (point.up_to.unlimited() ? "" : " up to " + std::to_string(point.up_to.per_second) + "/s");
}

std::string judged_text(const judged_promise& x, bool latency, bool lost) {
  if (x.judged() == 0)
    return x.exempt > 0 ? "not judged: asks for more than it covers"
                        : "not judged: nothing asked for in a whole interval";
  auto text = std::string{lost       ? "LOST"
                          : x.kept() ? "kept"
                                     : "MISSED"}
              + ' ' + std::to_string(x.met) + '/' + std::to_string(x.judged()) + ", worst "
              + (latency ? milliseconds(x.worst) : std::to_string(x.least) + "/s");
  if (x.violated > 0)
    text += " (" + std::string{to_string(x.cause)} + (x.culprit.empty() ? "" : ' ' + x.culprit) + ")";
  return text;
}

std::string seen_text(const experienced& x, bool latency) {
  if (!x.active)
    return "-";
  return latency ? milliseconds(x.latency) + ", worst second " + milliseconds(x.worst)
                 : per_second(x.rate) + ", least second " + per_second(x.least_rate);
}

/// A promise that the replaced terms made and the new ones do not.
void add_dropped(const agreement_forecast& x, std::vector<row>& to) {
  for (std::size_t i = 0; i < x.before.promises.size(); ++i)
    if (!x.counterpart(i))
      to.push_back({"", name_of(*x.before.terms, i),
                    judged_text(x.before.promises[i], i < x.before.terms->objective.latency.size(), false),
                    "not promised any more"});
}

void add(const agreement_forecast& x, std::vector<row>& to) {
  const auto first = to.size();
  const auto lost = x.lost();
  if (x.after.terms)
    for (std::size_t j = 0; j < x.after.promises.size(); ++j) {
      const auto latency = j < x.after.terms->objective.latency.size();
      std::string before = "-";
      for (std::size_t i = 0; i < x.before.promises.size(); ++i)
        if (x.counterpart(i) == j)
          before = judged_text(x.before.promises[i], latency, false);
      const auto is_lost = std::find(lost.begin(), lost.end(), j) != lost.end();
      to.push_back({"", name_of(*x.after.terms, j), before, judged_text(x.after.promises[j], latency, is_lost)});
    }
  add_dropped(x, to);
  to.push_back({"", "throughput", seen_text(x.before.seen, false), seen_text(x.after.seen, false)});
  to.push_back({"", "latency", seen_text(x.before.seen, true), seen_text(x.after.seen, true)});
  to[first][0] = x.name.empty() ? "(no agreement)" : x.name;
}

void write_admission(std::ostream& to, const admission_verdict& x) {
  to << "admission  " << to_string(x.outcome) << '\n';
  for (const auto& finding : x.findings)
    to << "           " << to_sentence(finding) << '\n';
  if (const auto fits = to_sentence(x.fit); !fits.empty())
    to << "           " << fits << '\n';
}

void write_head(std::ostream& to, const question& asked) {
  to << "recorded   " << duration_text(asked.traffic.length) << " on " << plural(asked.traffic.streams.size(), "stream")
     << '\n';
  to << "in force   " << plural(asked.in_force.size(), "agreement") << (asked.policy ? ", a policy" : "") << '\n';
  to << "new        " << (asked.new_agreement ? "agreement " + asked.new_agreement->name : "a policy");
  if (asked.stand_in)
    to << "; nothing of it was recorded: " << to_string(*asked.stand_in) << " asks for " << asked.new_load << "/s";
  to << '\n';
}

} // namespace

void write_text(std::ostream& to, const question& asked, const forecast& x) {
  write_head(to, asked);
  if (x.admission)
    write_admission(to, *x.admission);
  std::vector<row> rows{{"AGREEMENT", "PROMISE", "BEFORE", "AFTER"}};
  for (const auto& its : x.agreements)
    add(its, rows);
  std::array<std::size_t, 3> width{};
  for (const auto& its : rows)
    for (std::size_t i = 0; i < width.size(); ++i)
      width[i] = std::max(width[i], its[i].size());
  to << '\n';
  for (auto& its : rows) {
    for (std::size_t i = 0; i < width.size(); ++i) {
      its[i].resize(width[i] + 2, ' ');
      to << its[i];
    }
    to << its[3] << '\n';
  }
  const auto lost = x.lost();
  to << '\n'
     << (lost == 0 ? "Every promise that was kept stays kept.\n"
                   : plural(lost, "promise") + " that " + (lost == 1 ? "was" : "were") + " kept would be lost.\n");
  for (const auto& its : x.agreements)
    for (std::size_t j = 0;
         asked.new_agreement && its.name == asked.new_agreement->name && j < its.after.promises.size(); ++j)
      if (its.after.promises[j].judged() > 0 && !its.after.promises[j].kept())
        to << "The new agreement itself would not keep " << name_of(*its.after.terms, j) << ".\n";
}

} // namespace sluice::sim
