// The parts of the text.
#include "actors/domain/stream_name.hpp"

#include <cstring>

namespace sluice {

stream_name::stream_name(const stream_id& id)
    : text_(to_string(id)),
      gateway_size_(static_cast<std::uint32_t>(id.gateway.size())),
      volume_size_(static_cast<std::uint32_t>(id.volume.size())) {}

bool stream_name::names(const stream_id& id) const noexcept {
  if (id.gateway.size() != gateway_size_ || id.volume.size() != volume_size_)
    return false;
  const auto all = text();
  if (all.size() != std::size_t{gateway_size_} + volume_size_ + id.client.size() + 2)
    return false;
  // What tells streams apart is mostly at the end.
  const auto* begin = all.data();
  return std::memcmp(begin + gateway_size_ + volume_size_ + 2, id.client.data(), id.client.size()) == 0
         && std::memcmp(begin + gateway_size_ + 1, id.volume.data(), volume_size_) == 0
         && std::memcmp(begin, id.gateway.data(), gateway_size_) == 0;
}

void stream_name::write_to(stream_id& to) const {
  to.gateway.assign(gateway());
  to.volume.assign(volume());
  to.client.assign(client());
}

stream_id stream_name::id() const {
  stream_id result;
  write_to(result);
  return result;
}

std::strong_ordering operator<=>(const stream_name& a, const stream_name& b) noexcept {
  if (const auto order = a.gateway() <=> b.gateway(); order != 0)
    return order;
  if (const auto order = a.volume() <=> b.volume(); order != 0)
    return order;
  return a.client() <=> b.client();
}

} // namespace sluice
