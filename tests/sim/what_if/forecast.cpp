// Two runs and their figures side by side.
#include "tests/sim/what_if/forecast.hpp"

#include "actors/domain/selection.hpp"
#include "tests/sim/controllers/catalogue.hpp"
#include "tests/sim/run/world.hpp"

#include <algorithm>
#include <map>

namespace sluice::sim {

namespace {

/// Intervals end, and the last sample of them arrives, within the second after the traffic.
constexpr duration judging_time = std::chrono::seconds{1};

/// One of the two runs as a scenario: every recorded stream is a client that replays what was recorded.
scenario scene_of(const question& x, bool after) {
  scenario result;
  result.length = x.traffic.length + judging_time;
  result.backends = x.backends;
  result.gateways = x.gateways;
  result.document = after && x.new_policy ? x.new_policy : x.policy;
  result.agreements = x.in_force;
  if (after && x.new_agreement) {
    std::erase_if(result.agreements, [&](const agreement& its) {
      return its.name == x.new_agreement->name;
    });
    if (!x.new_agreement->suspended)
      result.agreements.push_back(*x.new_agreement);
  }
  const auto add = [&](const stream_id& id, phase_spec phase) {
    const auto gateway = std::find_if(x.gateways.begin(), x.gateways.end(), [&](const gateway_spec& its) {
      return its.name == id.gateway;
    });
    const auto volume = std::find_if(gateway->volumes.begin(), gateway->volumes.end(), [&](const volume_spec& its) {
      return its.name == id.volume;
    });
    client_spec client;
    client.name = to_string(id);
    client.streams = {result.streams.size()};
    phase.to = x.traffic.length;
    client.phases.push_back(std::move(phase));
    result.streams.push_back({id, static_cast<std::size_t>(gateway - x.gateways.begin()), volume->backend});
    result.clients.push_back(std::move(client));
  };
  for (const auto& its : x.traffic.streams) {
    phase_spec replay;
    replay.how = pattern::replay;
    replay.records = its.records;
    replay.repeat = false;
    add(its.id, std::move(replay));
  }
  if (after && x.stand_in) {
    phase_spec load;
    load.per_second = x.new_load;
    add(*x.stand_in, std::move(load));
  }
  return result;
}

bool worse(const verdict& a, std::size_t points, const judged_promise& than) {
  return a.point < points ? a.measured > than.worst : than.judged() == 0 || a.iops < than.least;
}

void add(const verdict& x, std::size_t points, judged_promise& to) {
  switch (x.outcome) {
  case verdict_outcome::no_data:
    ++to.no_data;
    return;
  case verdict_outcome::exempt:
    ++to.exempt;
    return;
  case verdict_outcome::met:
  case verdict_outcome::violated:
    break;
  }
  if (worse(x, points, to)) {
    to.worst = x.measured;
    to.least = x.iops;
  }
  if (x.outcome == verdict_outcome::met) {
    ++to.met;
  } else if (++to.violated == 1) {
    to.cause = x.cause;
    to.culprit = x.culprit;
  }
}

/// What these clients saw together. Seconds without a reply are left out: recorded traffic has its own pauses.
experienced seen_by(const std::vector<const experience*>& clients, duration length) {
  experienced result;
  std::uint64_t count = 0;
  duration sum{0};
  std::int64_t seconds = 0;
  auto least = ~std::uint64_t{0};
  for (instant at{0}; at < length; at += std::chrono::seconds{1}) {
    experience::bin second;
    for (const auto* x : clients) {
      const auto its = x->sum(at, at + std::chrono::seconds{1});
      second.count += its.count;
      second.sum += its.sum;
    }
    if (second.count == 0)
      continue;
    ++seconds;
    count += second.count;
    sum += second.sum;
    least = std::min<std::uint64_t>(least, second.count);
    result.worst = std::max(result.worst, second.sum / second.count);
  }
  if (count == 0)
    return result;
  result.active = true;
  result.rate = static_cast<double>(count) / static_cast<double>(seconds);
  result.least_rate = static_cast<double>(least);
  result.latency = sum / static_cast<std::int64_t>(count);
  return result;
}

std::map<std::string, forecast_side> run(const scenario& what, std::uint64_t seed) {
  std::map<std::string, forecast_side> result;
  for (const auto& x : what.agreements) {
    auto& side = result[x.name];
    side.terms = x;
    side.promises.resize(x.objective.latency.size() + (x.objective.reservation.unlimited() ? 0 : 1));
    for (auto& promise : side.promises)
      promise.target_ppm = x.objective.compliance.target_ppm;
  }
  run_options options;
  options.seed = seed;
  options.kind = find_controller("sluice");
  world simulated{what, options};
  const auto came_of_it = simulated.run();
  for (const auto& x : came_of_it.verdicts)
    if (auto at = result.find(x.agreement); at != result.end() && x.point < at->second.promises.size())
      add(x, at->second.terms->objective.latency.size(), at->second.promises[x.point]);
  std::map<std::string, std::vector<const experience*>> whose;
  for (std::size_t i = 0; i < what.streams.size(); ++i) {
    const auto* its = agreement_for(what.agreements, what.streams[i].id);
    whose[its != nullptr ? its->name : ""].push_back(&came_of_it.clients[i]);
  }
  for (const auto& [name, clients] : whose)
    result[name].seen = seen_by(clients, what.length - judging_time);
  return result;
}

/// As the server would judge it if the storage had been measured to give what its description says.
admission_verdict admission_of(const question& x) {
  const auto policy = x.new_policy ? x.new_policy : x.policy;
  std::vector<admission_backend> backends;
  for (const auto& its : x.backends) {
    const auto rules = policy_for(policy.value_or(policy_document{}), its.name);
    const nameplate says{its.name, its.servers, its.service, its.per_mib};
    backends.push_back(
        {its.name, static_cast<std::uint64_t>(says.iops()), its.service, rules.oversubscription, rules.control});
  }
  std::vector<admission_place> places;
  for (const auto& gateway : x.gateways)
    for (const auto& volume : gateway.volumes)
      places.push_back({gateway.name, volume.name, volume.backend});
  return admit({x.in_force, backends, places}, *x.new_agreement);
}

} // namespace

std::optional<std::size_t> agreement_forecast::counterpart(std::size_t before_position) const {
  if (!before.terms || !after.terms)
    return std::nullopt;
  const auto& was = before.terms->objective.latency;
  const auto& is = after.terms->objective.latency;
  if (before_position >= was.size())
    return is.size() < after.promises.size() ? std::optional{is.size()} : std::nullopt;
  for (std::size_t i = 0; i < is.size(); ++i)
    if (is[i].statistic == was[before_position].statistic && is[i].up_to == was[before_position].up_to)
      return i;
  return std::nullopt;
}

std::vector<std::size_t> agreement_forecast::lost() const {
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < before.promises.size(); ++i)
    if (const auto j = counterpart(i))
      if (before.promises[i].kept() && after.promises[*j].judged() > 0 && !after.promises[*j].kept())
        result.push_back(*j);
  return result;
}

std::size_t forecast::lost() const {
  std::size_t count = 0;
  for (const auto& x : agreements)
    count += x.lost().size();
  return count;
}

forecast answer(const question& x) {
  auto before = run(scene_of(x, false), x.seed);
  auto after = run(scene_of(x, true), x.seed);
  forecast result;
  auto names = after;
  names.insert(before.begin(), before.end());
  for (const auto& [name, side] : names)
    if (!name.empty())
      result.agreements.push_back({name, std::move(before[name]), std::move(after[name])});
  if (names.contains(""))
    result.agreements.push_back({"", std::move(before[""]), std::move(after[""])});
  if (x.new_agreement)
    result.admission = admission_of(x);
  return result;
}

} // namespace sluice::sim
