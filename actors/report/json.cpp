// A report as JSON: the figures behind the text, ratios in parts per million, times in UTC, lengths in seconds.
#include "actors/report/document.hpp"
#include "actors/report/figures.hpp"

#include <nlohmann/json.hpp>

namespace sluice::report {

namespace {

using json = nlohmann::ordered_json;

template<class T>
json or_null(const std::optional<T>& x) {
  return x ? json(*x) : json(nullptr);
}

double seconds(duration x) {
  return static_cast<double>(x.count()) / 1e9;
}

double milliseconds(duration x) {
  return static_cast<double>(x.count()) / 1e6;
}

std::string utc(wall_time x) {
  static const clocks on{"UTC"};
  auto text = on.moment(x);
  text[10] = 'T';
  return text + 'Z';
}

json counts_json(const interval_counts& x) {
  return {{"compliance_ppm", or_null(compliance_ppm(x))},
          {"coverage_ppm", or_null(coverage_ppm(x))},
          {"met", x.met},
          {"violated", x.violated},
          {"exempt", x.exempt},
          {"no_data", x.no_data},
          {"idle", x.idle},
          {"excluded", x.excluded}};
}

json terms_json(const document& x) {
  auto promises = json::array();
  const auto& o = x.terms.objective;
  const auto objectives = o.latency.size() + (o.reservation.unlimited() ? 0 : 1);
  for (std::uint32_t point = 0; point < objectives; ++point)
    promises.push_back(promise_text(o, point));
  auto remedies = json::array();
  for (const auto& tier : o.compliance.remedies)
    remedies.push_back({{"below_ppm", tier.below_ppm}, {"credit_ppm", tier.credit_ppm}});
  auto versions = json::array();
  for (const auto& one : x.versions)
    versions.push_back({{"version", one.terms.version},
                        {"suspended", one.terms.suspended},
                        {"since", utc(one.terms.since)},
                        {"until", one.until == wall_time{} ? json(nullptr) : json(utc(one.until))}});
  return {{"promises", std::move(promises)},
          {"streams", x.terms.streams.gateway + '/' + x.terms.streams.volume + '/' + x.terms.streams.client},
          {"interval_s", seconds(x.interval())},
          {"target_ppm", x.target_ppm()},
          {"window", to_string(o.compliance.window)},
          {"remedies", std::move(remedies)},
          {"versions", std::move(versions)}};
}

json violations_json(const document& x) {
  auto list = json::array();
  for (const auto& v : x.violations)
    list.push_back({{"from", utc(v.from)},
                    {"length_s", seconds(v.length)},
                    {"intervals", v.intervals},
                    {"objective", promise_text(x.terms.objective, v.point)},
                    {"version", v.version},
                    {"cause", to_string(v.cause)},
                    {"culprit", v.culprit.empty() ? json(nullptr) : json(v.culprit)},
                    {"worst_ms", milliseconds(v.worst)},
                    {"target_ms", milliseconds(v.target)},
                    {"least_iops", v.least_iops}});
  return list;
}

json exclusions_json(const document& x) {
  auto list = json::array();
  for (const auto& one : x.exclusions)
    list.push_back({{"id", one.entry.id},
                    {"starts", utc(one.entry.starts)},
                    {"length_s", seconds(one.entry.length)},
                    {"entered", utc(one.entry.entered)},
                    {"recurrence", one.entry.recurrence.empty() ? json(nullptr) : json(one.entry.recurrence)},
                    {"author", one.entry.author},
                    {"reason", one.entry.reason},
                    {"correction", one.entry.correction},
                    {"withdrawn", one.withdrawn},
                    {"times", one.times},
                    {"excluded_s", seconds(one.length)}});
  return list;
}

json corrections_json(const document& x) {
  auto list = json::array();
  for (const auto& one : x.corrections)
    list.push_back({{"id", one.entry.id},
                    {"withdraws", one.entry.withdraws == 0 ? json(nullptr) : json(one.entry.withdraws)},
                    {"entered", utc(one.entry.entered)},
                    {"after_end", one.after_end},
                    {"author", one.entry.author},
                    {"reason", one.entry.reason}});
  return list;
}

json burn_json(const document& x) {
  auto list = json::array();
  for (const auto& one : x.burn)
    list.push_back({{"window_s", seconds(one.length)},
                    {"rate_milli", or_null(one.rate_milli)},
                    {"threshold_milli", one.threshold_milli},
                    {"alert", one.alert}});
  return list;
}

json series_json(const document& x) {
  auto list = json::array();
  for (const auto& p : x.series)
    list.push_back({{"at", utc(p.at)},
                    {"completions", p.completions},
                    {"mean_ms", milliseconds(p.mean)},
                    {"p50_ms", milliseconds(p.p50)},
                    {"p90_ms", milliseconds(p.p90)},
                    {"p95_ms", milliseconds(p.p95)},
                    {"p99_ms", milliseconds(p.p99)},
                    {"p999_ms", milliseconds(p.p999)}});
  return {{"resolution_s", seconds(x.resolution)},
          {"streams", x.streams},
          {"streams_left_out", x.streams_left_out},
          {"points", std::move(list)}};
}

json days_json(const document& x) {
  const clocks on{x.time_zone};
  auto list = json::array();
  for (const auto& one : x.days) {
    json day = {{"day", on.day(one.from)}};
    day.update(counts_json(one.counts));
    list.push_back(std::move(day));
  }
  return list;
}

json proof_json(const sluice::proof& x) {
  if (x.position == 0)
    return nullptr;
  json out = {{"chain", x.chain}, {"position", x.position}, {"hash", x.hash}};
  out["root"] =
      x.root_day.empty()
          ? json(nullptr)
          : json{{"day", x.root_day}, {"root", x.root}, {"public_key", x.public_key}, {"signature", x.signature}};
  return out;
}

} // namespace

std::string json_text(const document& x) {
  auto objectives = json::array();
  for (const auto& one : x.objectives) {
    json part = {{"objective", one.promise}, {"version", one.version}};
    part.update(counts_json(one.counts));
    objectives.push_back(std::move(part));
  }
  const json out = {{"agreement", x.terms.name},
                    {"tenant", x.terms.tenant},
                    {"period", x.period},
                    {"time_zone", x.time_zone},
                    {"from", utc(x.from)},
                    {"to", utc(x.to)},
                    {"made", utc(x.made)},
                    {"judged_until", utc(x.judged_until)},
                    {"is_over", x.is_over},
                    {"summary", summary(x)},
                    {"kept", or_null(is_kept(x.whole, x.target_ppm()))},
                    {"terms", terms_json(x)},
                    {"whole", counts_json(x.whole)},
                    {"objectives", std::move(objectives)},
                    {"budget",
                     {{"allowed_s", seconds(time_of(static_cast<std::int64_t>(x.budget.allowed), x.interval()))},
                      {"used_s", seconds(time_of(static_cast<std::int64_t>(x.budget.consumed), x.interval()))},
                      {"left_s", seconds(time_of(x.budget.left, x.interval()))}}},
                    {"burn", burn_json(x)},
                    {"credit_ppm", x.credit ? json(x.credit->credit_ppm) : json(nullptr)},
                    {"violations", violations_json(x)},
                    {"violations_complete", x.violations_complete},
                    {"exclusions", exclusions_json(x)},
                    {"corrections", corrections_json(x)},
                    {"days", days_json(x)},
                    {"latency", series_json(x)},
                    {"proof", proof_json(x.proof)}};
  return out.dump(2, ' ', false, json::error_handler_t::replace) + '\n';
}

} // namespace sluice::report
