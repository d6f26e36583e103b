// The same as one JSON object. Rates per second, latencies in milliseconds.
#include "tests/sim/what_if/forecast_report.hpp"

#include "actors/application_server/http/json.hpp"

namespace sluice::sim {

namespace {

using http::json;

double milliseconds(duration x) {
  return static_cast<double>(x.count()) / 1e6;
}

json promise_json(const agreement& terms, std::size_t i, const judged_promise& x) {
  const auto latency = i < terms.objective.latency.size();
  json result{{"promise", latency ? "latency" : "reservation"}};
  if (latency) {
    const auto& point = terms.objective.latency[i];
    result["statistic"] = to_string(point.statistic);
    result["target_ms"] = milliseconds(point.target);
    result["up_to_iops"] = point.up_to.unlimited() ? json(nullptr) : json(point.up_to.per_second);
  } else {
    result["iops"] = terms.objective.reservation.per_second;
  }
  result["kept"] = x.judged() == 0 ? json(nullptr) : json(x.kept());
  result["intervals"] = {{"met", x.met}, {"violated", x.violated}, {"exempt", x.exempt}, {"no_data", x.no_data}};
  result["met_share"] =
      x.judged() == 0 ? json(nullptr) : json(static_cast<double>(x.met) / static_cast<double>(x.judged()));
  if (x.judged() > 0 && latency)
    result["worst_ms"] = milliseconds(x.worst);
  if (x.judged() > 0 && !latency)
    result["worst_iops"] = x.least;
  if (x.violated > 0) {
    result["cause"] = to_string(x.cause);
    result["culprit"] = x.culprit.empty() ? json(nullptr) : json(x.culprit);
  }
  return result;
}

json side_json(const forecast_side& x) {
  auto promises = json::array();
  for (std::size_t i = 0; i < x.promises.size(); ++i)
    promises.push_back(promise_json(*x.terms, i, x.promises[i]));
  json result{{"in_force", x.terms.has_value()}, {"promises", std::move(promises)}, {"iops", x.seen.rate}};
  result["least_iops"] = x.seen.least_rate;
  result["latency_ms"] = milliseconds(x.seen.latency);
  result["worst_second_ms"] = milliseconds(x.seen.worst);
  return result;
}

json admission_json(const admission_verdict& x) {
  auto findings = json::array();
  for (const auto& its : x.findings)
    findings.push_back({{"kind", to_string(its.kind)}, {"backend", its.backend}, {"sentence", to_sentence(its)}});
  return {{"outcome", to_string(x.outcome)}, {"findings", std::move(findings)}, {"fits", to_sentence(x.fit)}};
}

} // namespace

void write_json(std::ostream& to, const question& asked, const forecast& x) {
  json result{{"recorded_seconds", asked.traffic.length / std::chrono::seconds{1}}, {"seed", asked.seed}};
  result["new"] = asked.new_agreement ? asked.new_agreement->name : "policy";
  result["stand_in"] =
      asked.stand_in ? json{{"stream", to_string(*asked.stand_in)}, {"iops", asked.new_load}} : json(nullptr);
  result["admission"] = x.admission ? admission_json(*x.admission) : json(nullptr);
  result["agreements"] = json::array();
  for (const auto& its : x.agreements) {
    auto lost = json::array();
    for (const auto j : its.lost())
      lost.push_back(j);
    result["agreements"].push_back({{"name", its.name.empty() ? json(nullptr) : json(its.name)},
                                    {"before", side_json(its.before)},
                                    {"after", side_json(its.after)},
                                    {"lost", std::move(lost)}});
  }
  result["lost"] = x.lost();
  to << result.dump(2) << '\n';
}

} // namespace sluice::sim
