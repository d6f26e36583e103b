// How the domain's values travel: the order of their fields on the wire. Append only. The domain itself knows no CAF.
#pragma once

#include "actors/domain/access.hpp"
#include "actors/domain/agreement.hpp"
#include "actors/domain/event.hpp"
#include "actors/domain/policy_document.hpp"
#include "actors/domain/record.hpp"
#include "actors/domain/sample_row.hpp"
#include "actors/domain/throttle.hpp"
#include "actors/domain/verdict.hpp"

#include <caf/error.hpp>
#include <caf/meta/load_callback.hpp>
#include <caf/meta/type_name.hpp>
#include <caf/sec.hpp>

namespace sluice {

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, wall_time& x) {
  return f(caf::meta::type_name("wall_time"), x.unix_us);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, rate& x) {
  return f(caf::meta::type_name("rate"), x.per_second);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, stream_id& x) {
  return f(caf::meta::type_name("stream_id"), x.gateway, x.volume, x.client);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, selector& x) {
  return f(caf::meta::type_name("selector"), x.gateway, x.volume, x.client);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, burst& x) {
  return f(caf::meta::type_name("burst"), x.iops, x.length);
}

/// The optional burst travels as a flag and a value.
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, limit& x) {
  auto has_burst = x.above.has_value();
  auto above = x.above.value_or(burst{});
  auto load = [&]() -> caf::error {
    x.above = has_burst ? std::optional<burst>{above} : std::nullopt;
    return caf::none;
  };
  return f(caf::meta::type_name("limit"), x.iops, x.bandwidth, has_burst, above, caf::meta::load_callback(load));
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, latency_point& x) {
  return f(caf::meta::type_name("latency_point"), x.statistic, x.target, x.up_to);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, remedy_tier& x) {
  return f(caf::meta::type_name("remedy_tier"), x.below_ppm, x.credit_ppm);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, compliance& x) {
  return f(caf::meta::type_name("compliance"), x.interval, x.target_ppm, x.window, x.time_zone, x.remedies);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, objective& x) {
  return f(caf::meta::type_name("objective"), x.reservation, x.limit, x.weight, x.tier, x.latency, x.compliance);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, agreement& x) {
  return f(caf::meta::type_name("agreement"), x.name, x.tenant, x.streams, x.objective, x.suspended,
           x.version, x.since);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, access_token& x) {
  return f(caf::meta::type_name("access_token"), x.id, x.digest, x.role, x.tenant, x.label, x.created_by, x.created,
           x.expires, x.revoked);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, override_order& x) {
  return f(caf::meta::type_name("override_order"), x.stream, x.iops, x.bandwidth, x.who, x.why, x.since, x.until);
}

/// Travels packed; a packed form that no histogram can have is refused when it is read.
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, latency_histogram& x) {
  std::vector<std::uint32_t> packed;
  if constexpr (Inspector::reads_state)
    packed = x.packed();
  auto sum = x.sum();
  auto load = [&]() -> caf::error {
    if (x.unpack(packed, sum))
      return caf::none;
    return caf::sec::invalid_argument;
  };
  return f(caf::meta::type_name("latency_histogram"), packed, sum, caf::meta::load_callback(load));
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, sample& x) {
  return f(caf::meta::type_name("sample"), x.stream, x.backend, x.sequence, x.taken, x.interval, x.arrivals,
           x.completions, x.errors, x.reads, x.writes, x.read_bytes, x.write_bytes, x.backlog, x.in_flight,
           x.mean_in_flight, x.limited_by_rate, x.limited_by_depth, x.backend_latency, x.total_latency, x.generation,
           x.control);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, sample_row& x) {
  return f(caf::meta::type_name("sample_row"), x.total, x.incarnation, x.first_sequence, x.last_sequence, x.samples);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, allowance& x) {
  return f(caf::meta::type_name("allowance"), x.iops, x.bandwidth, x.depth, x.burst_iops, x.burst_length);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, reason& x) {
  return f(caf::meta::type_name("reason"), x.rule, x.agreement, x.beneficiary, x.backend, x.measured, x.target,
           x.demand, x.promised, x.capacity, x.since, x.part, x.rest, x.until, x.observed);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, throttle& x) {
  return f(caf::meta::type_name("throttle"), x.stream, x.generation, x.lease, x.now, x.envelope, x.why);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, renewal& x) {
  return f(caf::meta::type_name("renewal"), x.stream, x.generation);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, verdict& x) {
  return f(caf::meta::type_name("verdict"), x.agreement, x.version, x.point, x.from, x.length, x.outcome, x.cause,
           x.culprit, x.measured, x.target, x.iops);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, decision& x) {
  return f(caf::meta::type_name("decision"), x.at, x.what);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, audit_entry& x) {
  return f(caf::meta::type_name("audit_entry"), x.at, x.who, x.action, x.subject, x.detail);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, event& x) {
  return f(caf::meta::type_name("event"), x.at, x.kind, x.subject, x.text);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, backend_status& x) {
  return f(caf::meta::type_name("backend_status"), x.name, x.capacity, x.delivered, x.promised, x.in_flight, x.streams,
           x.throttled, x.latency, x.deficit, x.full_seen, x.least_latency, x.observed);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, policy_setting& x) {
  return f(caf::meta::type_name("policy_setting"), x.name, x.value);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, policy_rule& x) {
  return f(caf::meta::type_name("policy_rule"), x.match, x.settings);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, tenant_share& x) {
  return f(caf::meta::type_name("tenant_share"), x.name, x.parent, x.weight);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, policy_document& x) {
  return f(caf::meta::type_name("policy_document"), x.defaults, x.backends, x.tenants, x.version, x.author, x.reason,
           x.since);
}

} // namespace sluice
