// Counts agreements by tenant.
#include "actors/application_server/http/tenants.hpp"

#include "actors/application_server/http/json_figures.hpp"
#include "actors/application_server/http/problem.hpp"

#include <map>
#include <string>

namespace sluice::http {

response tenants(std::span<const agreement> in_force, const policy_document& policy, const caller& asker) {
  struct tenant {
    std::uint64_t agreements = 0;
    const tenant_share* share = nullptr;
  };
  std::map<std::string, tenant> all;
  for (const auto& x : in_force)
    ++all[x.tenant].agreements;
  for (const auto& x : policy.tenants)
    all[x.name].share = &x;
  auto list = json::array();
  for (const auto& [name, x] : all) {
    if (asker.role == access_role::customer && name != asker.tenant)
      continue;
    list.push_back({{"tenant", name},
                    {"agreements", x.agreements},
                    {"parent", x.share == nullptr || asker.role == access_role::customer // another tenant
                                   ? json(nullptr)
                                   : text_or_null(x.share->parent)},
                    {"weight", x.share == nullptr ? json(nullptr) : json(x.share->weight)}});
  }
  return answer(200, {{"items", std::move(list)}});
}

} // namespace sluice::http
