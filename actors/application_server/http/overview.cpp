// Counts everything once and names the worst of each kind.
#include "actors/application_server/http/overview.hpp"

#include "actors/application_server/http/json_figures.hpp"
#include "actors/application_server/http/problem.hpp"
#include "actors/application_server/http/visibility.hpp"
#include "actors/application_server/http/watch_topics.hpp"
#include "actors/domain/explanation.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace sluice::http {

namespace {

/// The newest events on the first page. Chosen.
constexpr std::size_t overview_events = 12;

std::string_view state_word(verdict_outcome x) noexcept {
  switch (x) {
  case verdict_outcome::met:
    return "kept";
  case verdict_outcome::violated:
    return "violated";
  case verdict_outcome::exempt:
    return "exempt";
  case verdict_outcome::no_data:
    break;
  }
  return "no-data";
}

bool is_valid(const promise_record& x, const moment& at) {
  duration longest{0};
  for (const auto& one : x.last)
    longest = std::max(longest, one.length);
  const auto age = std::chrono::microseconds{at.label.unix_us - x.judged_until().unix_us};
  return age <= std::max<duration>(verdict_valid_intervals * longest, verdict_valid_at_least);
}

std::string_view state_of(const agreement& of, const promise_record* x, const moment& at) {
  if (of.suspended)
    return "suspended";
  return x == nullptr || !is_valid(*x, at) ? "unknown" : state_word(x->worst().outcome);
}

bool is_told(const observatory& known, const caller& who, const std::string& culprit) {
  const auto stream = parse_stream_id(culprit);
  return who.role != access_role::customer || (stream && sees_stream(known, who, *stream));
}

json verdict_json(const verdict& x, const agreement& of, bool tells_culprit) {
  const auto& points = of.objective.latency;
  const bool latency = x.point < points.size();
  return {{"promise", latency ? json(to_string(points[x.point].statistic)) : json("reservation")},
          {"outcome", state_word(x.outcome)},
          {"measured_ms", latency ? json(rounded(milliseconds(x.measured))) : json(nullptr)},
          {"target_ms", latency ? json(rounded(milliseconds(x.target))) : json(nullptr)},
          {"iops", x.iops},
          {"cause", x.cause == violation_cause::none ? json(nullptr) : json(to_string(x.cause))},
          {"culprit", tells_culprit ? text_or_null(x.culprit) : json(nullptr)}};
}

/// What is to be looked at first.
int urgency(std::string_view state) noexcept {
  if (state == "violated")
    return 0;
  if (state == "unknown")
    return 1;
  if (state == "suspended")
    return 4;
  return state == "kept" ? 2 : 3;
}

json promises(const observatory& known, const caller& who, const moment& at) {
  struct entry {
    int urgency;
    const agreement* of;
  };
  std::vector<entry> all;
  all.reserve(known.agreements.size());
  json counts = {{"kept", 0}, {"violated", 0}, {"exempt", 0}, {"no-data", 0}, {"unknown", 0}, {"suspended", 0}};
  for (const auto& x : known.agreements) {
    if (who.role == access_role::customer && x.tenant != who.tenant)
      continue;
    const auto state = state_of(x, known.promises.find(x.name), at);
    auto& count = counts[std::string{state}];
    count = count.get<std::uint64_t>() + 1;
    all.push_back({urgency(state), &x});
  }
  const auto shown = std::min(all.size(), max_overview_items);
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(shown), all.end(),
                    [](const entry& a, const entry& b) {
                      const auto of_a = std::tuple{a.urgency, -static_cast<int>(a.of->objective.tier)};
                      const auto of_b = std::tuple{b.urgency, -static_cast<int>(b.of->objective.tier)};
                      return of_a != of_b ? of_a < of_b : a.of->name < b.of->name;
                    });
  auto list = json::array();
  for (std::size_t i = 0; i < shown; ++i)
    list.push_back(promise_json(known, who, *all[i].of, at));
  return {{"total", all.size()}, {"counts", std::move(counts)}, {"items", std::move(list)}};
}

json throttles(const observatory& known, const caller& who) {
  std::vector<const throttle*> all;
  std::uint64_t observed = 0;
  // A depth that was never reached is a cap without a rule.
  for (const auto& [id, x] : known.decisions.throttles())
    if (!x.now.unlimited() && x.why.rule != throttle_rule::none && sees_stream(known, who, id))
      all.push_back(&x);
  for (const auto& [id, x] : known.decisions.observed()) {
    if (!sees_stream(known, who, id))
      continue;
    all.push_back(&x);
    ++observed;
  }
  const auto shown = std::min(all.size(), max_overview_items);
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(shown), all.end(),
                    [](const throttle* a, const throttle* b) { // the newest first
                      return a->why.since != b->why.since ? a->why.since > b->why.since : a->stream < b->stream;
                    });
  auto list = json::array();
  for (std::size_t i = 0; i < shown; ++i) {
    const auto told = as_seen_by(known, who, all[i]).value_or(*all[i]);
    auto one = throttle_json(told);
    one["sentence"] = to_sentence(told);
    list.push_back(std::move(one));
  }
  return {{"total", all.size()}, {"observed", observed}, {"items", std::move(list)}};
}

json traffic_of(const observatory& known, const caller& who, const moment& at) {
  std::uint64_t total = 0;
  std::uint64_t active = 0;
  double iops = 0;
  double bandwidth = 0;
  for (const auto& [id, x] : known.streams.streams()) {
    if (!sees_stream(known, who, id))
      continue;
    ++total;
    if (at.now - x.heard >= figures_valid_for || at.now - x.completed >= figures_valid_for)
      continue;
    active += x.last_second.iops > 0 ? 1 : 0;
    iops += x.last_second.iops;
    bandwidth += x.last_second.bandwidth;
  }
  return {{"total", total}, {"active", active}, {"iops", rounded(iops)}, {"bandwidth", rounded(bandwidth)}};
}

/// All counted, the first `max_overview_items` of the answer to the call that lists them: one definition of each field.
json listed(const observatory& known, const caller& who, operation what, const moment& at) {
  if (who.role == access_role::customer)
    return {{"total", 0}, {"items", json::array()}};
  call x;
  x.what = what;
  x.asker = who;
  auto all = json::parse(answer_from(known, x, at).body).at("items");
  const auto total = all.size();
  if (all.size() > max_overview_items)
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(max_overview_items), all.end());
  return {{"total", total}, {"items", std::move(all)}};
}

json gateways(const observatory& known, const caller& who, const moment& at) {
  auto out = listed(known, who, operation::list_gateways, at);
  std::uint64_t connected = 0;
  if (who.role != access_role::customer)
    for (const auto& [name, x] : known.gateways.gateways())
      connected += x.connected ? 1 : 0;
  out["connected"] = connected;
  return out;
}

} // namespace

json promise_json(const observatory& known, const caller& asker, const agreement& x, const moment& at) {
  const auto* record = known.promises.find(x.name);
  const auto state = state_of(x, record, at);
  auto verdicts = json::array();
  if (record != nullptr)
    for (const auto& one : record->last)
      verdicts.push_back(verdict_json(one, x, is_told(known, asker, one.culprit)));
  return {{"agreement", x.name},
          {"tenant", x.tenant},
          {"tier", to_string(x.objective.tier)},
          {"state", state},
          {"since", x.suspended                               ? time_or_null(x.since)
                    : state == "unknown" || record == nullptr ? json(nullptr)
                                                              : time_or_null(record->since)},
          {"judged_until", record == nullptr ? json(nullptr) : time_or_null(record->judged_until())},
          {"promises", std::move(verdicts)}};
}

response overview(const observatory& known, const caller& who, const moment& at) {
  auto events = json::array();
  if (who.role != access_role::customer)
    for (auto x = known.events.rbegin(); x != known.events.rend() && events.size() < overview_events; ++x)
      events.push_back(event_json(*x));
  return answer(200, {{"at", rfc3339(at.label)},
                      {"agreements", promises(known, who, at)},
                      {"streams", traffic_of(known, who, at)},
                      {"throttles", throttles(known, who)},
                      {"backends", listed(known, who, operation::list_backends, at)},
                      {"gateways", gateways(known, who, at)},
                      {"events", std::move(events)}});
}

} // namespace sluice::http
