// How much a tenant weighs against others. Holds no decision.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace sluice {

/// How much a tenant weighs against its siblings, whatever the number of its streams and agreements. One without an
/// entry weighs as much as its heaviest agreement.
struct tenant_share {
  std::string name;   ///< as in agreement.tenant
  std::string parent; ///< another entry; empty = the top
  std::uint32_t weight = 1;
  friend auto operator<=>(const tenant_share&, const tenant_share&) = default;
};

} // namespace sluice
