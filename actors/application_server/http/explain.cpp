// Explanations.
#include "actors/application_server/http/explain.hpp"

#include "actors/application_server/http/json_figures.hpp"
#include "actors/application_server/http/overview.hpp"
#include "actors/application_server/http/problem.hpp"
#include "actors/application_server/http/visibility.hpp"
#include "actors/domain/explanation.hpp"
#include "actors/domain/promise.hpp"
#include "actors/domain/selection.hpp"

#include <algorithm>
#include <optional>

namespace sluice::http {

namespace {

/// Most streams that one explanation names. Chosen: somebody reads it.
constexpr std::size_t max_explained = 100;

/// What is known, and who asks.
struct view {
  const observatory& known;
  const caller& asker;
};

std::optional<throttle> holding_back(const view& in, const stream_id& x) {
  const auto* found = in.known.decisions.find(x);
  return as_seen_by(in.known, in.asker, found != nullptr && !found->now.unlimited() ? found : nullptr);
}

/// Holds it now, or would if its backend were not only observed: what is to be explained. A depth that was never
/// reached is a cap without a rule.
std::optional<throttle> to_be_explained(const view& in, const stream_id& x) {
  if (const auto* would = in.known.decisions.find_observed(x))
    return as_seen_by(in.known, in.asker, would);
  auto held = holding_back(in, x);
  return held && held->why.rule != throttle_rule::none ? held : std::nullopt;
}

bool backend_has_agreements(const observatory& known, const std::string& backend) {
  const auto& all = known.streams.streams();
  return std::any_of(all.begin(), all.end(), [&](const auto& x) {
    return x.second.backend == backend && agreement_for(known.agreements, x.first) != nullptr;
  });
}

free_stream freedom_of(const view& in, const stream_id& id, const stream_record& record, const moment& at) {
  const auto& [known, asker] = in;
  const auto policy = policy_for(known.policy, record.backend, known.base).control;
  const auto* falls_under = agreement_for(known.agreements, id);
  const auto* status = known.decisions.find_backend(record.backend);
  const auto* named = governing(known, asker, id);
  free_stream x;
  x.agreement = named == nullptr ? "" : named->name;
  x.backend = record.backend;
  x.backend_has_agreements = falls_under != nullptr || backend_has_agreements(known, record.backend);
  x.decided = status != nullptr;
  // Nothing holds it back, hence what it gets is what it asks for.
  x.demand = at.now - record.completed < figures_valid_for
                 ? static_cast<std::uint64_t>(std::llround(std::max(record.last_second.iops, 0.0)))
                 : 0;
  const auto promised =
      falls_under == nullptr ? best_effort_promise(policy) : promise_of(falls_under->objective, policy);
  x.promised = static_cast<std::uint64_t>(std::llround(std::clamp(promised.rate, 0.0, 1e12)));
  if (status != nullptr) {
    x.capacity = status->capacity;
    x.delivered = status->delivered;
    x.full_seen = status->full_seen;
    x.observed = status->observed;
  }
  return x;
}

/// What the gateway says is in force may differ from what the core decided: then say so.
std::string sentence_for(const view& in, const stream_id& id, const stream_record& record, const moment& at) {
  if (record.control == control_state::envelope)
    return "The server's throttle ran out before a new one came; the gateway applies the static envelope of the "
           "agreement.";
  const auto why = to_be_explained(in, id);
  if (record.control == control_state::fixed && (!why || !why->why.observed))
    return "The gateway applies the static limits of its own ini file; the SLA core has sent it no throttle.";
  if (why)
    return to_sentence(*why);
  auto text = to_sentence(freedom_of(in, id, record, at));
  if (const auto held = holding_back(in, id); held && held->now.depth != 0)
    text += " It may have " + std::to_string(held->now.depth) + " requests in flight, which it does not reach.";
  return text;
}

json until_json(const throttle& x) {
  return {{"condition", end_condition(x.why)},
          {"at", time_or_null(x.why.until)},
          {"lease_ms", std::chrono::duration_cast<std::chrono::milliseconds>(x.lease).count()}};
}

json reason_json(const std::optional<throttle>& x) {
  if (!x)
    return {{"rule", to_string(throttle_rule::none)}};
  const auto& why = x->why;
  const bool judged = why.target > duration::zero(); // a latency was promised and compared
  return {{"rule", to_string(why.rule)},
          {"mode", mode_text(why.observed)},
          {"for", text_or_null(why.beneficiary)},
          {"measured_ms", judged ? json(rounded(milliseconds(why.measured))) : json(nullptr)},
          {"target_ms", judged ? json(rounded(milliseconds(why.target))) : json(nullptr)},
          {"demand_iops", why.demand},
          {"promised_iops", why.promised},
          {"capacity_iops", why.capacity},
          {"part_iops", number_or_null(why.part)},
          {"since", time_or_null(why.since)},
          {"until", until_json(*x)}};
}

json line_for(const view& in, const stream_id& id, const stream_record& record, const moment& at) {
  const auto why = to_be_explained(in, id);
  return {{"stream", to_string(id)},
          {"rule", to_string(why ? why->why.rule : throttle_rule::none)},
          {"mode", mode_text(why && why->why.observed)},
          {"sentence", sentence_for(in, id, record, at)}};
}

/// The streams for which `wanted` holds, each with its sentence.
template<class Wanted>
json lines(const view& in, const moment& at, Wanted wanted) {
  auto list = json::array();
  for (const auto& [id, record] : in.known.streams.streams())
    if (list.size() < max_explained && wanted(id, record))
      list.push_back(line_for(in, id, record, at));
  return list;
}

std::string plural(std::size_t n, const char* one, const char* many) {
  return std::to_string(n) + ' ' + (n == 1 ? one : many);
}

} // namespace

response explain_stream(const observatory& known, const caller& asker, const stream_id& x, const moment& at) {
  const view in{known, asker};
  const auto* record = known.streams.find(x);
  if (record == nullptr)
    return problem(404, "there is no stream " + to_string(x) + "; it was not seen in the last ten minutes");
  const auto held = holding_back(in, x);
  const auto would = as_seen_by(known, asker, known.decisions.find_observed(x));
  const auto why = to_be_explained(in, x);
  const auto* falls_under = governing(known, asker, x);
  const auto* status = known.decisions.find_backend(record->backend);
  const auto free = freedom_of(in, x, *record, at);
  return answer(200, {{"stream", to_string(x)},
                      {"agreement", falls_under == nullptr ? json(nullptr) : json(falls_under->name)},
                      {"tenant", falls_under == nullptr ? json(nullptr) : json(falls_under->tenant)},
                      {"backend", record->backend},
                      {"mode", mode_text(status != nullptr && status->observed)},
                      {"control", to_string(record->control)},
                      {"sentence", sentence_for(in, x, *record, at)},
                      {"throttle", held ? throttle_json(*held) : json(nullptr)},
                      {"would_throttle", would ? throttle_json(*would) : json(nullptr)},
                      {"reason", reason_json(why)},
                      {"free", why ? json(nullptr) : json(to_string(why_free(free)))}});
}

response explain_agreement(const observatory& known, const caller& asker, const std::string& name, const moment& at) {
  const view in{known, asker};
  const auto found = std::find_if(known.agreements.begin(), known.agreements.end(), [&](const agreement& x) {
    return x.name == name;
  });
  if (found == known.agreements.end())
    return problem(404, "there is no agreement " + name);
  auto its = lines(in, at, [&](const stream_id& id, const stream_record&) {
    const auto* falls_under = agreement_for(known.agreements, id);
    return falls_under != nullptr && falls_under->name == name;
  });
  auto for_it = lines(in, at, [&](const stream_id& id, const stream_record&) {
    const auto why = to_be_explained(in, id);
    return why && why->why.rule == throttle_rule::protection && why->why.beneficiary == name;
  });
  const auto others = for_it.size();
  if (asker.role == access_role::customer) // whose streams these are is not theirs to know
    for_it.clear();
  const auto sentence =
      "Agreement " + name
      + (found->suspended ? " is suspended: nothing is reserved, enforced or judged until it is resumed."
                          : " applies to " + plural(its.size(), "stream", "streams") + " now; "
                                + plural(others, "stream is", "streams are") + " held back for it, or would be.");
  return answer(200, {{"agreement", name},
                      {"tenant", found->tenant},
                      {"sentence", sentence},
                      {"promise", promise_json(known, asker, *found, at)},
                      {"streams", std::move(its)},
                      {"held_back_for_it", std::move(for_it)}});
}

response explain_backend(const observatory& known, const caller& asker, const std::string& name, const moment& at) {
  const auto* status = known.decisions.find_backend(name);
  if (status == nullptr)
    return problem(404, "there is no backend " + name);
  std::string sentence = "Backend " + name + " gives " + (status->full_seen ? "" : "at least ")
                         + std::to_string(status->capacity) + " IOPS and delivers " + std::to_string(status->delivered)
                         + "; " + std::to_string(status->promised) + " IOPS are reserved on it.";
  if (status->deficit)
    sentence += " It gives less than was promised and asked for.";
  if (status->observed)
    sentence += " The policy only observes it: nobody is held back.";
  else if (!backend_has_agreements(known, name))
    sentence += " No agreement applies to any of its streams: it is left alone.";
  return answer(200, {{"backend", name},
                      {"mode", mode_text(status->observed)},
                      {"sentence", sentence},
                      {"streams", lines({known, asker}, at, [&](const stream_id&, const stream_record& record) {
                         return record.backend == name;
                       })}});
}

} // namespace sluice::http
