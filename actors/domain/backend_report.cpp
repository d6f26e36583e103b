// The report.
#include "actors/domain/backend_report.hpp"

#include <algorithm>
#include <cmath>

namespace sluice {

namespace {

std::uint64_t whole(double x) {
  return std::isfinite(x) && x > 0 ? static_cast<std::uint64_t>(std::llround(std::min(x, 1e15))) : 0;
}

/// The stream of `x` that uses the most.
void name_culprit(backend_state& state, const entity& x, const stream_table& streams) {
  const auto most =
      std::max_element(x.ledger.streams.begin(), x.ledger.streams.end(), [&](stream_slot a, stream_slot b) {
        return streams[a].signal.used < streams[b].signal.used;
      });
  if (most == x.ledger.streams.end())
    return;
  state.culprit = streams[*most].id.shared();
}

} // namespace

void report_backend(backend_state& state, const stream_table& streams, const pressure& seen) {
  auto& to = state.status;
  to.name = state.name.view();
  to.capacity = whole(state.capacity.rate);
  to.in_flight = static_cast<std::uint32_t>(std::min(seen.in_flight, 4e9));
  to.latency = duration{std::llround(std::min(seen.latency, 3600.0) * 1e9)};
  to.deficit = state.deficit.declared;
  to.full_seen = state.evidence.full_seen();
  to.least_latency = state.evidence.least_latency();
  to.observed = state.policy.mode == policy_mode::observe;
  to.promised = 0;
  to.streams = to.throttled = 0;
  double delivered = 0;
  double most = 0;
  const entity* culprit = nullptr;
  for (const auto& x : state.entities) {
    delivered += x.completions;
    to.promised += whole(x.promise.reservation);
    to.streams += x.ledger.busy;
    to.throttled += x.ledger.ruled;
    if (x.excess && x.used > most * std::max(x.promise.rate, 1.0)) {
      most = x.used / std::max(x.promise.rate, 1.0);
      culprit = &x;
    }
  }
  to.delivered = whole(delivered);
  state.culprit.clear();
  state.culprits_entity = state.entities.size();
  if (culprit == nullptr)
    return;
  name_culprit(state, *culprit, streams);
  state.culprits_entity = static_cast<std::size_t>(culprit - state.entities.data());
}

void report_deficit(const backend_state& state, double needed, wall_time label, loop_output& out) {
  auto& to = out.events.add();
  to.at = label;
  to.kind = state.deficit.declared ? event_kind::capacity_deficit_began : event_kind::capacity_deficit_ended;
  to.subject = state.name.view();
  to.text = "Backend " + to.subject + " gives " + std::to_string(whole(state.capacity.rate)) + " IOPS; "
            + std::to_string(whole(needed)) + " IOPS are promised and asked for.";
}

} // namespace sluice
