// Flags and lookup.
#include "gateways/engine/volume.hpp"

namespace sluice::gateway {

nbd::export_info describe(const volume_config& x, const backend_traits& traits) {
  nbd::export_info result;
  unsigned flags = nbd::has_flags;
  flags |= x.read_only || traits.read_only ? nbd::read_only : 0u;
  flags |= traits.can_flush ? nbd::send_flush : 0u;
  flags |= traits.can_fua ? nbd::send_fua : 0u;
  flags |= traits.rotational ? nbd::rotational : 0u;
  flags |= traits.can_trim ? nbd::send_trim : 0u;
  flags |= traits.can_zero ? nbd::send_write_zeroes : 0u;
  flags |= traits.can_zero && traits.can_fast_zero ? nbd::send_fast_zero : 0u;
  flags |= traits.can_cache ? nbd::send_cache : 0u;
  flags |= traits.can_multi_conn ? nbd::can_multi_conn : 0u;
  result.name = x.name;
  result.flags = static_cast<std::uint16_t>(flags);
  result.size_bytes = x.size_bytes;
  result.min_block = traits.min_block;
  result.preferred_block = traits.preferred_block;
  result.max_block = traits.max_block;
  result.tells_holes = traits.tells_holes;
  return result;
}

std::vector<std::string> volume_directory::names() const {
  std::vector<std::string> result;
  for (const auto& v : volumes_)
    result.push_back(v.config.name);
  return result;
}

const volume* volume_directory::find(std::string_view name) const {
  if (name.empty())
    return volumes_.size() == 1 ? &volumes_.front() : nullptr;
  for (const auto& v : volumes_)
    if (v.config.name == name)
      return &v;
  return nullptr;
}

bool volume_directory::find(std::string_view name, nbd::export_info& to) const {
  const auto* const v = find(name);
  if (v != nullptr)
    to = v->info;
  return v != nullptr;
}

} // namespace sluice::gateway
