// The tables of names.
#include "shm/inspect/names.hpp"

#include "actors/protocol/operation_codes.hpp"
#include "actors/protocol/roles.hpp"
#include "shm/transport/operation.hpp"

#include <utility>

namespace sluice::shm::inspect {

namespace {

constexpr std::pair<std::uint32_t, const char*> transport_operations[] = {
    {operation::generic, "generic"},
    {operation::watch, "watch"},
    {operation::down, "down"},
    {operation::link, "link"},
    {operation::unlink, "unlink"},
    {operation::resolve, "resolve"},
    {operation::resolved, "resolved"},
    {operation::error_result, "error-result"},
    {operation::void_result, "void-result"},
    {operation::delegated, "delegated"},
};

/// Nullptr: none of ours. Without a default, so that the compiler asks for the name of a new code.
const char* sluice_operation(operation_code x) {
  using enum operation_code;
  switch (x) {
  case sample_batch:
    return "sample-batch";
  case gateway_info:
    return "gateway-info";
  case throttle_batch:
    return "throttle-batch";
  case core_report:
    return "core-report";
  case terms:
    return "terms";
  case terms_held:
    return "terms-held";
  case lease_renewal:
    return "lease-renewal";
  case list_gateways:
    return "list-gateways";
  case gateways:
    return "gateways";
  case create_agreement:
    return "create-agreement";
  case replace_agreement:
    return "replace-agreement";
  case end_agreement:
    return "end-agreement";
  case agreement:
    return "agreement";
  case agreement_history:
    return "agreement-history";
  case agreements:
    return "agreements";
  case order_override:
    return "order-override";
  case retract_override:
    return "retract-override";
  case override_order:
    return "override-order";
  case ask_terms:
    return "ask-terms";
  case store_rows:
    return "store-rows";
  case ask_database_status:
    return "ask-database-status";
  case database_status:
    return "database-status";
  case replace_policy:
    return "replace-policy";
  case policy:
    return "policy";
  case policy_history:
    return "policy-history";
  case policies:
    return "policies";
  case sample_replay:
    return "sample-replay";
  case history_question:
    return "history-question";
  case history_answer:
    return "history-answer";
  case enter_exclusion:
    return "enter-exclusion";
  case withdraw_exclusion:
    return "withdraw-exclusion";
  case exclusion:
    return "exclusion";
  case export_question:
    return "export-question";
  case export_page:
    return "export-page";
  case import_verdicts:
    return "import-verdicts";
  case create_token:
    return "create-token";
  case revoke_token:
    return "revoke-token";
  case access_token:
    return "access-token";
  }
  return nullptr;
}

} // namespace

role_names::role_names(const std::vector<mailbox_found>& mailboxes) {
  bool ours = true;
  for (const auto& x : mailboxes) {
    if (x.role == 0)
      continue;
    names_[x.role] = x.name;
    ours = ours && x.role <= roles.size() && roles[x.role - 1] == x.name;
  }
  for (std::uint32_t i = 0; ours && i < roles.size(); ++i)
    names_[i + 1] = roles[i];
}

std::string role_names::of(std::uint32_t role) const {
  if (role >= 1 && role <= max_roles && !names_[role].empty())
    return names_[role];
  return "role-" + std::to_string(role);
}

std::string operation_name(std::uint32_t operation) {
  for (const auto& [code, name] : transport_operations)
    if (code == operation)
      return name;
  const auto* ours = sluice_operation(static_cast<operation_code>(operation));
  return ours != nullptr ? ours : "code-" + std::to_string(operation);
}

const char* name_of(slot_content x) {
  switch (x) {
  case slot_content::free:
    return "free";
  case slot_content::writing:
    return "writing";
  case slot_content::ready:
    return "ready";
  case slot_content::reading:
    return "reading";
  default:
    return "impossible";
  }
}

const char* name_of(liveness x) {
  switch (x) {
  case liveness::dead:
    return "dead";
  case liveness::alive:
    return "alive";
  default:
    return "unknown";
  }
}

} // namespace sluice::shm::inspect
