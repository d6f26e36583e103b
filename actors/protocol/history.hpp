// How a question about the past and its answer travel: the order of their fields on the wire. Append only. An answer
// has a bound (max_history_points, max_history_entries, max_accounts); what does not fit is asked for with `after`.
#pragma once

#include "actors/domain/history_answer.hpp"
#include "actors/domain/history_question.hpp"
#include "actors/protocol/domain_inspect.hpp"

namespace sluice {

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, history_question& x) {
  return f(caf::meta::type_name("history_question"), x.what, x.agreement, x.tenant, x.stream, x.period, x.from, x.to,
           x.by, x.points, x.limit, x.after, x.who, x.action);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, series_point& x) {
  return f(caf::meta::type_name("series_point"), x.at, x.seconds, x.completions, x.errors, x.read_bytes, x.write_bytes,
           x.measured, x.limited_by_rate, x.limited_by_depth, x.backend_mean, x.mean, x.p50, x.p90, x.p95, x.p99,
           x.p999);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, interval_counts& x) {
  return f(caf::meta::type_name("interval_counts"), x.met, x.violated, x.exempt, x.no_data, x.excluded, x.idle);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, objective_account& x) {
  return f(caf::meta::type_name("objective_account"), x.version, x.point, x.counts);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, agreement_account& x) {
  return f(caf::meta::type_name("agreement_account"), x.terms, x.ended, x.from, x.to, x.whole, x.objectives, x.to_come);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, partial_account& x) {
  return f(caf::meta::type_name("partial_account"), x.from, x.whole);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, window_account& x) {
  return f(caf::meta::type_name("window_account"), x.length, x.whole);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, violation& x) {
  return f(caf::meta::type_name("violation"), x.agreement, x.version, x.point, x.from, x.length, x.intervals, x.cause,
           x.culprit, x.worst, x.target, x.least_iops, x.requests);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, ranked& x) {
  return f(caf::meta::type_name("ranked"), x.name, x.violated, x.intervals, x.agreements);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, agreement_period& x) {
  return f(caf::meta::type_name("agreement_period"), x.terms, x.until);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, exclusion& x) {
  return f(caf::meta::type_name("exclusion"), x.id, x.agreements, x.starts, x.length, x.recurrence, x.time_zone,
           x.author, x.reason, x.correction, x.withdraws, x.entered);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, excluded_span& x) {
  return f(caf::meta::type_name("excluded_span"), x.exclusion, x.from, x.to);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, proof& x) {
  return f(caf::meta::type_name("proof"), x.chain, x.position, x.hash, x.root_day, x.root, x.public_key, x.signature);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, history_answer& x) {
  return f(caf::meta::type_name("history_answer"), x.from, x.to, x.at, x.judged_until, x.resolution, x.source, x.series,
           x.streams, x.streams_left_out, x.accounts, x.hours, x.windows, x.violations, x.violations_left_out,
           x.ranking, x.decisions, x.versions, x.exclusions, x.excluded, x.proof, x.next, x.audit);
}

} // namespace sluice
