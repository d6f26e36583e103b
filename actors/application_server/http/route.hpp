// From method and path to what is asked for. Pure; looks at no header and no body.
#pragma once

#include "actors/domain/stream.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace sluice::http {

enum class operation {
  health,
  readiness,
  metrics,
  list_agreements,
  create_agreement,
  get_agreement,
  replace_agreement,
  patch_agreement,
  suspend_agreement,
  resume_agreement,
  end_agreement,
  agreement_history,
  list_streams,
  show_stream,
  explain_stream,
  order_limit,
  retract_limit,
  list_limits,
  list_throttles,
  list_gateways,
  list_backends,
  list_events,
  get_policy,
  replace_policy,
  policy_history,
  explain_agreement,
  explain_backend,
  show_compliance,
  show_history,
  list_decisions,
  list_violations,
  list_top,
  make_report,
  make_statement,
  list_exclusions,
  enter_exclusion,
  withdraw_exclusion,
  agreement_openslo,
  export_evidence,
  export_verdicts,
  export_samples,
  show_evidence_key,
  show_evidence_check,
  begin_evidence_check,
  import_samples,
  import_verdicts,
  show_overview,
  begin_session,
  show_session,
  end_session,
  watch,
  list_tokens,
  create_token,
  revoke_token,
  list_audit,
  list_tenants,
};

/// What a path was found to be.
struct route {
  enum class outcome { found, unknown_path, wrong_method, malformed };
  outcome result = outcome::unknown_path;
  operation what = operation::health;
  bool open = false; ///< needs no token
  std::string name;  ///< of the agreement, backend or tenant, where the path has one
  stream_id stream;  ///< where the path has one
  std::map<std::string, std::string> query;
  std::string allow;  ///< with wrong_method: the methods there are
  std::string detail; ///< with malformed: one sentence
};

/// In a pattern, NAME stands for an agreement, a backend, a tenant, a token or an exclusion's number, and G V C for the
/// parts of a stream.
struct known_route {
  std::string_view method;
  std::string_view pattern;
  operation what;
};

/// All there are, but for files.
[[nodiscard]] std::span<const known_route> known_routes() noexcept;

/// Total. Parts of the path are percent-decoded and must then be valid names. HEAD counts as GET.
[[nodiscard]] route find_route(std::string_view method, std::string_view target);

} // namespace sluice::http
