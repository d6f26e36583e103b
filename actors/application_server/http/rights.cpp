// The table of rights.
#include "actors/application_server/http/rights.hpp"

namespace sluice::http {

right right_of(operation x) noexcept {
  constexpr right everybody{access_role::viewer, true};
  constexpr right viewers{access_role::viewer, false};
  constexpr right operators{access_role::operator_, false};
  constexpr right admins{access_role::admin, false};
  switch (x) {
  case operation::health:
  case operation::readiness:
  case operation::metrics:
  case operation::begin_session: // needs no token: it brings one
    return everybody;
  case operation::show_session:
  case operation::end_session:
  case operation::watch:
  case operation::show_overview:
  case operation::list_agreements:
  case operation::get_agreement:
  case operation::agreement_history:
  case operation::agreement_openslo:
  case operation::explain_agreement:
  case operation::list_streams:
  case operation::show_stream:
  case operation::explain_stream:
  case operation::show_history:
  case operation::show_compliance:
  case operation::list_violations:
  case operation::make_report:
  case operation::make_statement:
  case operation::list_tenants:
  case operation::export_samples: // of their own streams
  case operation::show_evidence_key:
    return everybody;
  case operation::create_agreement: // by customers as the server's options say: always to try, never by force
  case operation::replace_agreement:
  case operation::patch_agreement:
  case operation::end_agreement:
    return {access_role::operator_, true};
  case operation::list_limits:
  case operation::list_throttles:
  case operation::list_gateways:
  case operation::list_backends:
  case operation::explain_backend:
  case operation::list_events:
  case operation::get_policy:
  case operation::policy_history:
  case operation::list_decisions:
  case operation::list_top:
  case operation::list_exclusions:
  case operation::export_evidence: // whose hashes hold the names of others' streams: a provider hands it out
  case operation::export_verdicts:
  case operation::show_evidence_check:
    return viewers;
  case operation::suspend_agreement: // the provider's to say
  case operation::resume_agreement:
  case operation::order_limit:
  case operation::retract_limit:
  case operation::enter_exclusion:
  case operation::withdraw_exclusion:
  case operation::begin_evidence_check:
  case operation::import_samples:
  case operation::import_verdicts:
  case operation::list_audit:
    return operators;
  case operation::replace_policy:
  case operation::list_tokens:
  case operation::create_token:
  case operation::revoke_token:
    return admins;
  }
  return admins;
}

bool changes_something(operation x) noexcept {
  switch (x) {
  case operation::create_agreement:
  case operation::replace_agreement:
  case operation::patch_agreement:
  case operation::suspend_agreement:
  case operation::resume_agreement:
  case operation::end_agreement:
  case operation::order_limit:
  case operation::retract_limit:
  case operation::enter_exclusion:
  case operation::withdraw_exclusion:
  case operation::begin_evidence_check:
  case operation::import_samples:
  case operation::import_verdicts:
  case operation::replace_policy:
  case operation::create_token:
  case operation::revoke_token:
  case operation::end_session:
    return true;
  default:
    return false;
  }
}

} // namespace sluice::http
