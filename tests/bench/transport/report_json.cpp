// The JSON.
#include "tests/bench/transport/report.hpp"

#include <nlohmann/json.hpp>

#include <ostream>

namespace sluice::bench {

namespace {

using json = nlohmann::ordered_json;

json json_of(const run_result& x, measure which) {
  if (!x.fault.empty())
    return {{"fault", x.fault}};
  if (which == measure::idle)
    return {{"core_percent", x.core_percent}};
  json result = {{"per_second", x.per_second}, {"cpu_us", x.cpu_us}, {"core_percent", x.core_percent}};
  if (which == measure::round_trip) {
    result["p50_us"] = x.p50_us;
    result["p99_us"] = x.p99_us;
    result["p999_us"] = x.p999_us;
  }
  return result;
}

json json_of(const row& x) {
  auto rounds = json::array();
  for (const auto& round : x.rounds)
    rounds.push_back(json_of(round, x.plan.what));
  return {{"id", x.id}, {"size_bytes", x.plan.size}, {"senders", x.plan.senders}, {"rounds", std::move(rounds)}};
}

json json_of(const judgement& x) {
  json result = {{"text", x.text}, {"at_most", x.at_most}, {"bound", x.bound}};
  if (x.how == verdict::not_measured)
    return result;
  result["reached"] = x.how == verdict::pass;
  if (!x.fault.empty())
    result["fault"] = x.fault;
  else
    result["ratio"] = x.ratio;
  return result;
}

} // namespace

void write_json(std::ostream& to, const report& x) {
  json result = {
      {"benchmark", "transport"},
      {"commit", x.wanted.commit},
      {"machine", {{"processor", x.machine.processor}, {"cores", x.machine.cores}, {"kernel", x.machine.kernel}}},
      {"quick", x.wanted.quick},
      {"valid", x.valid()},
      {"load_before_percent", x.load_before_percent},
      {"load_percent", x.load_percent},
      {"absent", x.all.absent},
      {"rows", json::array()},
      {"bars", json::array()},
  };
  for (const auto& row : x.all.rows)
    result["rows"].push_back(json_of(row));
  for (const auto& bar : x.bars)
    result["bars"].push_back(json_of(bar));
  to << result.dump(1) << "\n";
}

} // namespace sluice::bench
