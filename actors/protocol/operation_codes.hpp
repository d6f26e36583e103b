// The operation code of each message in a mailslot (R2): it says how the parameter region is to be read. Codes below
// 100 are the transport's own. Part of the protocol between processes: never reuse one.
#pragma once

#include <cstdint>

namespace sluice {

enum class operation_code : std::uint32_t {
  sample_batch = 100,
  gateway_info = 101,
  throttle_batch = 102,
  core_report = 103,
  terms = 104,
  terms_held = 105,
  lease_renewal = 106,
  list_gateways = 110,
  gateways = 111,
  create_agreement = 120,
  replace_agreement = 121,
  end_agreement = 122,
  agreement = 123,
  agreement_history = 124,
  agreements = 125,
  order_override = 126,
  retract_override = 127,
  override_order = 128,
  ask_terms = 129,
  store_rows = 130,
  ask_database_status = 131,
  database_status = 132,
  replace_policy = 133,
  policy = 134,
  policy_history = 135,
  policies = 136,
  sample_replay = 137,
  history_question = 138,
  history_answer = 139,
  enter_exclusion = 140,
  withdraw_exclusion = 141,
  exclusion = 142,
  export_question = 143,
  export_page = 144,
  import_verdicts = 145,
  create_token = 150,
  revoke_token = 151,
  access_token = 152,
};

} // namespace sluice
