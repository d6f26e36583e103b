// How exports and imports travel: the order of their fields on the wire. Append only.
#pragma once

#include "actors/domain/export_question.hpp"
#include "actors/protocol/domain_inspect.hpp"

namespace sluice {

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, export_question& x) {
  return f(caf::meta::type_name("export_question"), x.what, x.agreement, x.stream, x.period, x.from, x.to, x.imported,
           x.begin, x.cursor);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, evidence_check& x) {
  return f(caf::meta::type_name("evidence_check"), x.running, x.since, x.seen, x.ended, x.problem, x.chains, x.entries,
           x.roots, x.unproved, x.broken_chain, x.broken_position, x.broken);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, export_page& x) {
  return f(caf::meta::type_name("export_page"), x.text, x.next, x.from, x.to, x.public_key, x.fingerprint, x.check);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, final_verdict& x) {
  return f(caf::meta::type_name("final_verdict"), x.what, x.requests, x.measured_seconds, x.basis);
}

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, verdict_import& x) {
  return f(caf::meta::type_name("verdict_import"), x.verdicts, x.author);
}

} // namespace sluice
