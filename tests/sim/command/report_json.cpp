// The JSON.
#include "tests/sim/command/report.hpp"

#include <cmath>

#include <nlohmann/json.hpp>

namespace sluice::sim {

namespace {

using json = nlohmann::ordered_json;

/// JSON has no number for these.
json figure(double x) {
  return std::isfinite(x) ? json(x) : json(std::isnan(x) ? "nothing" : "never");
}

const char* unit_name(unit x) {
  switch (x) {
  case unit::share:
    return "share";
  case unit::per_second:
    return "per_second";
  case unit::time:
    return "seconds";
  default:
    return "plain";
  }
}

json bar(const bar_spec& spec, const judged_bar& x, const scenario& what) {
  json figures = json::array();
  for (const auto y : x.figures)
    figures.push_back(figure(y));
  json result = {{"bar", title_of(spec, what)},
                 {"measure", name_of(spec.what)},
                 {"unit", unit_name(unit_of(spec.what))},
                 {"line", spec.line},
                 {"held", x.held},
                 {"pooled", spec.pooled},
                 {"mean", figure(x.mean)},
                 {"worst", figure(x.worst)},
                 {"worst_seed", x.worst_seed},
                 {"missed_seeds", x.missed},
                 {"figures", std::move(figures)}};
  if (spec.at_least)
    result["at_least"] = *spec.at_least;
  if (spec.at_most)
    result["at_most"] = *spec.at_most;
  return result;
}

json seed(const judged_seed& x, const scenario& what, const run_judgement& judged) {
  json violations = json::array();
  for (const auto& y : x.violations)
    violations.push_back({{"invariant", y.invariant},
                          {"seconds", static_cast<double>(y.at.count()) / 1e9},
                          {"step", y.step},
                          {"what", y.what}});
  return {{"seed", x.seed},
          {"hash", hash_text(x.hash)},
          {"events", x.steps},
          {"violated", x.violated},
          {"violations", std::move(violations)},
          {"replay", replay_command(what, judged, x.seed)}};
}

} // namespace

void json_report::add(const scenario& what, const run_judgement& judged) {
  json result = {{"scenario", what.title}, {"file", what.file},     {"controller", judged.controller},
                 {"held", judged.held},    {"bars", json::array()}, {"seeds", json::array()}};
  for (std::size_t i = 0; i < judged.bars.size(); ++i)
    result["bars"].push_back(bar(what.bars[i], judged.bars[i], what));
  for (const auto& x : judged.seeds)
    result["seeds"].push_back(seed(x, what, judged));
  to_ << (first_ ? "[\n" : ",\n") << result.dump(2, ' ', false, json::error_handler_t::replace);
  first_ = false;
}

void json_report::end() {
  to_ << (first_ ? "[]\n" : "\n]\n");
}

} // namespace sluice::sim
