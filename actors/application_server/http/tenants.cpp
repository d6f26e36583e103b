// Counts agreements by tenant.
#include "actors/application_server/http/tenants.hpp"

#include "actors/application_server/http/json_figures.hpp"
#include "actors/application_server/http/page.hpp"
#include "actors/application_server/http/problem.hpp"

#include <map>
#include <string>

namespace sluice::http {

response tenants(std::span<const agreement> in_force, const policy_document& policy, const call& of) {
  struct tenant {
    std::uint64_t agreements = 0;
    const tenant_share* share = nullptr;
  };
  std::map<std::string, tenant> all;
  for (const auto& x : in_force)
    ++all[x.tenant].agreements;
  for (const auto& x : policy.tenants)
    all[x.name].share = &x;
  if (of.asker.role == access_role::customer)
    std::erase_if(all, [&](const auto& x) {
      return x.first != of.asker.tenant;
    });
  const bool tells_parent = of.asker.role != access_role::customer; // another tenant
  return answer(200, page_of(
                         all.upper_bound(of.after), all.end(), of.limit,
                         [](const auto& x) {
                           return x.first;
                         },
                         [tells_parent](const auto& x) -> json {
                           const auto& [name, one] = x;
                           return {{"tenant", name},
                                   {"agreements", one.agreements},
                                   {"parent", one.share == nullptr || !tells_parent ? json(nullptr)
                                                                                    : text_or_null(one.share->parent)},
                                   {"weight", one.share == nullptr ? json(nullptr) : json(one.share->weight)}};
                         }));
}

} // namespace sluice::http
