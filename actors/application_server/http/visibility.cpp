// Tenants compared.
#include "actors/application_server/http/visibility.hpp"

#include "actors/domain/selection.hpp"

#include <algorithm>

namespace sluice::http {

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
    out.why.beneficiary = "another customer";
  return out;
}

} // namespace sluice::http
