// Which tenants compete for a backend: the groups in which its entities' claims are filled. Decides nothing.
#pragma once

#include "actors/domain/hierarchy.hpp"
#include "actors/domain/tenant_share.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// Levels of tenants that are followed; deeper ones hang from the top. As of policy documents.
inline constexpr int deepest_tenant = 8;

/// The groups of a backend, built anew when its entities or the tenants' shares change. Group 0 is the whole.
class tenancy {
public:
  /// @param shares what the policy says of tenants; parents that are none or their own ancestors count as the top
  explicit tenancy(std::span<const tenant_share> shares);

  /// The group of a tenant, with its parents; its weight is the entry's, else that of its heaviest member.
  [[nodiscard]] std::uint32_t group_of(const std::string& tenant);

  /// The one group of everybody without an agreement: to come as many clients gains nothing against those who have one.
  [[nodiscard]] std::uint32_t best_effort_group(double weight);

  [[nodiscard]] const std::vector<claim_group>& groups() const noexcept {
    return groups_;
  }

private:
  std::uint32_t place(const std::string& tenant, int level);
  std::uint32_t add(std::uint32_t above, double weight);

  std::map<std::string_view, const tenant_share*> shares_;
  std::map<std::string, std::uint32_t> places_;
  std::vector<claim_group> groups_;
  std::uint32_t best_effort_ = 0; ///< 0 = there is none yet
};

} // namespace sluice
