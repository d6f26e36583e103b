// Tenants compared.
#include "actors/application_server/http/visibility.hpp"

#include "actors/domain/selection.hpp"

#include <algorithm>

namespace sluice::http {

namespace {

constexpr auto another_customer = "another customer";

} // namespace

bool sees_stream(const observatory& known, const caller& who, const stream_id& x) {
  if (who.role != access_role::customer)
    return true;
  const auto* falls_under = owner_of(known.agreements, x);
  return falls_under != nullptr && falls_under->tenant == who.tenant;
}

bool sees_agreement(const observatory& known, const caller& who, const std::string& name) {
  return who.role != access_role::customer
         || std::any_of(known.agreements.begin(), known.agreements.end(), [&](const agreement& x) {
              return x.name == name && x.tenant == who.tenant;
            });
}

std::optional<throttle> as_seen_by(const observatory& known, const caller& who, const throttle* x) {
  if (x == nullptr)
    return std::nullopt;
  auto out = *x;
  if (!out.why.beneficiary.empty() && !sees_agreement(known, who, out.why.beneficiary))
    out.why.beneficiary = another_customer;
  return out;
}

const agreement* governing(const observatory& known, const caller& who, const stream_id& x) {
  const auto* found = agreement_for(known.agreements, x);
  return found != nullptr && (who.role != access_role::customer || found->tenant == who.tenant) ? found : nullptr;
}

admission_verdict as_seen_by(std::span<const agreement> agreements, const caller& who, admission_verdict x) {
  if (who.role != access_role::customer)
    return x;
  for (auto& finding : x.findings)
    for (auto& one : finding.yields)
      if (std::none_of(agreements.begin(), agreements.end(), [&](const agreement& y) {
            return y.name == one.agreement && y.tenant == who.tenant;
          }))
        one.agreement = another_customer;
  return x;
}

} // namespace sluice::http
