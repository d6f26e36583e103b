// Puts what is known into JSON.
#include "actors/application_server/http/answers.hpp"

#include "actors/application_server/http/document.hpp"
#include "actors/application_server/http/explain.hpp"
#include "actors/application_server/http/json_figures.hpp"
#include "actors/application_server/http/overview.hpp"
#include "actors/application_server/http/page.hpp"
#include "actors/application_server/http/policy_text.hpp"
#include "actors/application_server/http/problem.hpp"
#include "actors/application_server/http/visibility.hpp"
#include "actors/application_server/http/watch_topics.hpp"
#include "actors/domain/quantity.hpp"
#include "actors/domain/selection.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace sluice::http {

namespace {

json items(json list) {
  return {{"items", std::move(list)}};
}

const throttle* holding_back(const observatory& known, const stream_id& x) {
  const auto* found = known.decisions.find(x);
  return found != nullptr && !found->now.unlimited() ? found : nullptr;
}

json stream_json(const observatory& known, const caller& asker, const stream_id& id, const stream_record& x,
                 const moment& at) {
  const bool fresh = at.now - x.heard < figures_valid_for;
  const auto figures = fresh && at.now - x.completed < figures_valid_for ? x.last_second : stream_figures{};
  const auto* falls_under = governing(known, asker, id);
  const auto held = as_seen_by(known, asker, holding_back(known, id));
  const auto would = as_seen_by(known, asker, known.decisions.find_observed(id));
  return {{"stream", to_string(id)},
          {"gateway", id.gateway},
          {"volume", id.volume},
          {"client", id.client},
          {"backend", x.backend},
          {"agreement", falls_under == nullptr ? json(nullptr) : json(falls_under->name)},
          {"tenant", falls_under == nullptr ? json(nullptr) : json(falls_under->tenant)},
          {"iops", rounded(figures.iops)},
          {"bandwidth", rounded(figures.bandwidth)},
          {"latency_ms",
           {{"mean", rounded(milliseconds(figures.mean))},
            {"p50", rounded(milliseconds(figures.p50))},
            {"p99", rounded(milliseconds(figures.p99))}}},
          {"backend_latency_ms", {{"mean", rounded(milliseconds(figures.backend_mean))}}},
          {"backlog", fresh ? x.backlog : 0},
          {"in_flight", fresh ? x.in_flight : 0},
          {"control", to_string(x.control)},
          {"throttle", held ? throttle_json(*held) : json(nullptr)},
          {"would_throttle", would ? throttle_json(*would) : json(nullptr)},
          {"last_seen", rfc3339(x.last_seen)}};
}

response streams(const observatory& known, const call& x, const moment& at) {
  const auto& all = known.streams.streams();
  auto next = all.begin();
  if (!x.after.empty()) {
    const auto last = parse_stream_id(x.after);
    if (!last)
      return problem(422, "a query field is wrong", {{"?after", "must be a stream, written gateway/volume/client"}});
    next = all.upper_bound(*last);
  }
  auto list = json::array();
  std::string last;
  const auto skip = [&] {
    while (next != all.end()
           && !(x.wanted.wants(known, next->first, next->second) && sees_stream(known, x.asker, next->first)))
      ++next;
  };
  for (skip(); next != all.end() && list.size() < x.limit; skip()) {
    list.push_back(stream_json(known, x.asker, next->first, next->second, at));
    last = to_string(next->first);
    ++next;
  }
  auto body = items(std::move(list));
  if (next != all.end())
    body["next"] = last; // to be sent as ?after=
  return answer(200, body);
}

response unknown_stream(const stream_id& x) {
  return problem(404, "there is no stream " + to_string(x) + "; it was not seen in the last ten minutes");
}

response stream(const observatory& known, const call& x, const moment& at) {
  const auto* record = known.streams.find(x.stream);
  if (record == nullptr || !sees_stream(known, x.asker, x.stream))
    return unknown_stream(x.stream);
  auto body = stream_json(known, x.asker, x.stream, *record, at);
  auto series = json::array();
  const wall_time from{at.label.unix_us - std::int64_t{x.seconds} * 1'000'000};
  for (const auto& point : record->past.since(from))
    series.push_back({{"at", rfc3339(point.at)},
                      {"iops", rounded(point.iops)},
                      {"bandwidth", rounded(point.bandwidth)},
                      {"mean_ms", rounded(point.mean_ms)},
                      {"p99_ms", rounded(point.p99_ms)},
                      {"backlog", point.backlog},
                      {"in_flight", point.in_flight},
                      {"limit_iops", point.limit_iops > 0 ? json(rounded(point.limit_iops)) : json(nullptr)}});
  body["series"] = std::move(series);
  return answer(200, body);
}

response throttles(const observatory& known) {
  auto list = json::array();
  for (const auto& [id, x] : known.decisions.throttles())
    if (!x.now.unlimited())
      list.push_back(throttle_json(x));
  for (const auto& [id, x] : known.decisions.observed())
    list.push_back(throttle_json(x));
  return answer(200, items(std::move(list)));
}

response gateways(const observatory& known) {
  auto list = json::array();
  for (const auto& [name, x] : known.gateways.gateways()) {
    auto volumes = json::array();
    for (const auto& volume : x.volumes)
      volumes.push_back({{"name", volume.name},
                         {"backend", volume.backend},
                         {"size_bytes", volume.size_bytes},
                         {"read_only", volume.read_only}});
    list.push_back({{"gateway", name},
                    {"connected", x.connected},
                    {"version", x.version},
                    {"last_heard", time_or_null(x.last_heard)},
                    {"batches_lost", x.batches_lost()},
                    {"volumes", std::move(volumes)}});
  }
  return answer(200, items(std::move(list)));
}

response backends(const observatory& known) {
  auto list = json::array();
  for (const auto& [name, x] : known.decisions.backends())
    list.push_back({{"backend", name},
                    {"mode", mode_text(x.observed)},
                    {"capacity_iops", x.capacity},
                    {"capacity_measured", x.full_seen},
                    {"delivered_iops", x.delivered},
                    {"promised_iops", x.promised},
                    {"latency_ms", rounded(milliseconds(x.latency))},
                    {"least_latency_ms",
                     x.least_latency > duration::zero() ? json(rounded(milliseconds(x.least_latency))) : json(nullptr)},
                    {"in_flight", x.in_flight},
                    {"streams", x.streams},
                    {"throttled", x.throttled},
                    {"deficit", x.deficit}});
  return answer(200, items(std::move(list)));
}

response events(const observatory& known, const call& x) {
  auto list = json::array();
  for (auto at = known.events.rbegin(); at != known.events.rend() && list.size() < x.limit; ++at)
    list.push_back(event_json(*at));
  return answer(200, items(std::move(list)));
}

} // namespace

json throttle_json(const throttle& x) {
  const auto allowed = [](const allowance& y) -> json {
    return {{"iops", number_or_null(y.iops.per_second)},
            {"bandwidth", number_or_null(y.bandwidth.per_second)},
            {"depth", number_or_null(y.depth)}};
  };
  json out = {{"stream", to_string(x.stream)}, {"generation", x.generation}};
  out.update(allowed(x.now));
  out["envelope"] = allowed(x.envelope);
  out["lease_ms"] = std::chrono::duration_cast<std::chrono::milliseconds>(x.lease).count();
  out["mode"] = mode_text(x.why.observed);
  out["rule"] = to_string(x.why.rule);
  out["for"] = text_or_null(x.why.beneficiary);
  out["backend"] = x.why.backend;
  out["since"] = time_or_null(x.why.since);
  return out;
}

bool is_about_the_present(operation x) noexcept {
  switch (x) {
  case operation::list_streams:
  case operation::show_stream:
  case operation::explain_stream:
  case operation::explain_agreement:
  case operation::explain_backend:
  case operation::list_throttles:
  case operation::list_gateways:
  case operation::list_backends:
  case operation::list_events:
  case operation::show_overview:
    return true;
  default:
    return false;
  }
}

response answer_from(const observatory& known, const call& x, const moment& at) {
  switch (x.what) {
  case operation::list_streams:
    return streams(known, x, at);
  case operation::show_stream:
    return stream(known, x, at);
  case operation::explain_stream:
    return sees_stream(known, x.asker, x.stream) ? explain_stream(known, x.asker, x.stream, at)
                                                 : unknown_stream(x.stream);
  case operation::explain_agreement:
    return sees_agreement(known, x.asker, x.name) ? explain_agreement(known, x.asker, x.name, at)
                                                  : problem(404, "there is no agreement " + x.name);
  case operation::explain_backend:
    return explain_backend(known, x.asker, x.name, at);
  case operation::list_throttles:
    return throttles(known);
  case operation::list_gateways:
    return gateways(known);
  case operation::list_backends:
    return backends(known);
  case operation::list_events:
    return events(known, x);
  case operation::show_overview:
    return overview(known, x.asker, at);
  default:
    return problem(500, "this call went to the wrong place");
  }
}

response tagged(response x, std::uint32_t version) {
  x.etag = version_tag(version);
  return x;
}

json agreements_json(std::span<const agreement> x, const call& of) {
  const bool customer = of.asker.role == access_role::customer;
  std::vector<const agreement*> found;
  for (const auto& one : x)
    if (one.name > of.after && !(customer && one.tenant != of.asker.tenant)
        && holds_text(one.name + ' ' + one.tenant + ' ' + std::string{to_string(one.objective.tier)}, of.wanted.text))
      found.push_back(&one);
  return page_of(
      found.begin(), found.end(), of.limit,
      [](const agreement* one) {
        return one->name;
      },
      [](const agreement* one) {
        return write_agreement(*one);
      });
}

json versions_json(std::span<const agreement> x, const call& of) {
  auto before = std::numeric_limits<std::uint32_t>::max(); // what is no number changes nothing
  std::from_chars(of.after.data(), of.after.data() + of.after.size(), before);
  const auto begin = std::find_if(x.begin(), x.end(), [&](const agreement& one) {
    return one.version < before;
  });
  return page_of(
      begin, x.end(), of.limit,
      [](const agreement& one) {
        return std::to_string(one.version);
      },
      [](const agreement& one) {
        return write_agreement(one);
      });
}

json policies_json(std::span<const policy_document> x) {
  auto list = json::array();
  for (const auto& one : x)
    list.push_back(write_policy(one));
  return items(std::move(list));
}

json order_json(const override_order& x) {
  return {{"stream", to_string(x.stream)},
          {"iops", number_or_null(x.iops.per_second)},
          {"bandwidth", x.bandwidth.unlimited() ? json(nullptr) : json(bandwidth_text(x.bandwidth))},
          {"who", x.who},
          {"why", x.why},
          {"since", rfc3339(x.since)},
          {"until", time_or_null(x.until)}};
}

json orders_json(std::span<const override_order> x, wall_time now, const call& of) {
  const auto last = parse_stream_id(of.after);
  std::vector<const override_order*> found;
  for (const auto& one : x)
    if ((one.until.unix_us == 0 || one.until > now) && (!last || one.stream > *last))
      found.push_back(&one);
  return page_of(
      found.begin(), found.end(), of.limit,
      [](const override_order* one) {
        return to_string(one->stream);
      },
      [](const override_order* one) {
        return order_json(*one);
      });
}

} // namespace sluice::http
