// Builds the groups from the top down.
#include "actors/domain/tenancy.hpp"

namespace sluice {

tenancy::tenancy(std::span<const tenant_share> shares) : groups_(1) {
  for (const auto& x : shares)
    shares_.emplace(x.name, &x);
}

std::uint32_t tenancy::add(std::uint32_t above, double weight) {
  groups_.push_back({above, weight});
  return static_cast<std::uint32_t>(groups_.size() - 1);
}

std::uint32_t tenancy::place(const std::string& tenant, int level) {
  if (const auto known = places_.find(tenant); known != places_.end())
    return known->second;
  const auto entry = shares_.find(tenant);
  if (entry == shares_.end())
    return places_[tenant] = add(0, 0);
  const auto& parent = entry->second->parent;
  const auto above =
      parent.empty() || level >= deepest_tenant || !shares_.contains(parent) ? 0 : place(parent, level + 1);
  // In a ring of parents it was placed meanwhile, from below.
  if (const auto known = places_.find(tenant); known != places_.end())
    return known->second;
  return places_[tenant] = add(above, entry->second->weight);
}

std::uint32_t tenancy::group_of(const std::string& tenant) {
  return place(tenant, 1);
}

std::uint32_t tenancy::best_effort_group(double weight) {
  if (best_effort_ == 0)
    best_effort_ = add(0, weight);
  return best_effort_;
}

} // namespace sluice
