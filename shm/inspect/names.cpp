// The tables of names.
#include "shm/inspect/names.hpp"

#include "actors/protocol/operation_codes.hpp"
#include "actors/protocol/roles.hpp"
#include "shm/transport/operation.hpp"

#include <algorithm>
#include <utility>

namespace sluice::shm::inspect {

namespace {

constexpr std::uint32_t number(operation_code x) {
  return static_cast<std::uint32_t>(x);
}

using enum operation_code;
constexpr std::pair<std::uint32_t, const char*> operation_names[] = {
    {operation::generic, "generic"},
    {operation::watch, "watch"},
    {operation::down, "down"},
    {operation::link, "link"},
    {operation::unlink, "unlink"},
    {operation::resolve, "resolve"},
    {operation::resolved, "resolved"},
    {operation::error_result, "error-result"},
    {operation::void_result, "void-result"},
    {number(sample_batch), "sample-batch"},
    {number(gateway_info), "gateway-info"},
    {number(throttle_batch), "throttle-batch"},
    {number(core_report), "core-report"},
    {number(terms), "terms"},
    {number(terms_held), "terms-held"},
    {number(list_gateways), "list-gateways"},
    {number(gateways), "gateways"},
    {number(create_agreement), "create-agreement"},
    {number(replace_agreement), "replace-agreement"},
    {number(end_agreement), "end-agreement"},
    {number(agreement), "agreement"},
    {number(agreement_history), "agreement-history"},
    {number(agreements), "agreements"},
    {number(order_override), "order-override"},
    {number(retract_override), "retract-override"},
    {number(override_order), "override-order"},
    {number(ask_terms), "ask-terms"},
    {number(store_rows), "store-rows"},
    {number(ask_database_status), "ask-database-status"},
    {number(database_status), "database-status"},
};

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
  const auto* found = std::find_if(std::begin(operation_names), std::end(operation_names), [&](const auto& x) {
    return x.first == operation;
  });
  return found == std::end(operation_names) ? "code-" + std::to_string(operation) : found->second;
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
