// The operation code of every message that crosses shared memory: the one place that ties a message's types to its code
// (R2). Knows no transport: whatever has `add<Ts...>(code)` and `add_droppable<Ts...>(code)` can be filled.
#pragma once

#include "actors/protocol/interfaces.hpp"
#include "actors/protocol/operation_codes.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sluice {

/// Registers requests and results of interfaces.hpp with their operation codes. The same in every process. A message
/// without an entry still travels, only slower; what interfaces.hpp gains is added here.
template<class CodecTable>
void add_codecs(CodecTable& table) {
  const auto number = [](operation_code x) {
    return static_cast<std::uint32_t>(x);
  };
  using enum operation_code;
  // samples: may be lost under overload, oldest first
  table.template add_droppable<sluice::sample_batch>(number(sample_batch));
  // statements without a result
  table.template add<sluice::gateway_info>(number(gateway_info));
  table.template add<sluice::throttle_batch>(number(throttle_batch));
  table.template add<sluice::lease_renewal>(number(lease_renewal));
  table.template add<sluice::core_report>(number(core_report));
  // operations, each with its result
  table.template add<sluice::terms>(number(terms));      // also the result of ask_terms
  table.template add<std::uint64_t>(number(terms_held)); // also how many rows were stored
  table.template add<list_atom>(number(list_gateways));
  table.template add<std::vector<sluice::gateway_info>>(number(gateways));
  table.template add<create_atom, sluice::agreement>(number(create_agreement));
  table.template add<replace_atom, sluice::agreement>(number(replace_agreement));
  table.template add<end_atom, std::string>(number(end_agreement));
  table.template add<sluice::agreement>(number(agreement));
  table.template add<history_atom, std::string>(number(agreement_history));
  table.template add<std::vector<sluice::agreement>>(number(agreements));
  table.template add<order_atom, sluice::override_order>(number(order_override));
  table.template add<retract_atom, stream_id>(number(retract_override));
  table.template add<sluice::override_order>(number(override_order));
  table.template add<terms_atom>(number(ask_terms));
  table.template add<row_batch>(number(store_rows));
  table.template add<status_atom>(number(ask_database_status));
  table.template add<sluice::database_status>(number(database_status));
  table.template add<replace_atom, policy_document>(number(replace_policy));
  table.template add<policy_document>(number(policy));
  table.template add<history_atom>(number(policy_history));
  table.template add<std::vector<policy_document>>(number(policies));
  table.template add<sluice::sample_replay>(number(sample_replay)); // its result is terms_held's type
  table.template add<create_atom, sluice::exclusion>(number(enter_exclusion));
  table.template add<retract_atom, sluice::exclusion>(number(withdraw_exclusion));
  table.template add<sluice::exclusion>(number(exclusion));
  table.template add<create_atom, sluice::access_token>(number(create_token));
  table.template add<retract_atom, sluice::access_token>(number(revoke_token));
  table.template add<sluice::access_token>(number(access_token));
  table.template add<sluice::history_question>(number(history_question));
  table.template add<sluice::history_answer>(number(history_answer));
  table.template add<sluice::export_question>(number(export_question));
  table.template add<sluice::export_page>(number(export_page));
  table.template add<verdict_import>(number(import_verdicts));
}

} // namespace sluice
