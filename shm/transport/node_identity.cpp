// Packs role, incarnation and instance into the 20 bytes of CAF's host id and the 4 of its process id.
#include "shm/transport/node_identity.hpp"

#include "shm/mailslot/checksum.hpp"
#include "shm/mailslot/owner_word.hpp"

#include <cstring>

namespace sluice::shm {

namespace {

using host_bytes = caf::node_id::default_data::host_id_type;

// 'S' 'L', role, version of this format, incarnation (8), instance (8)
host_bytes pack(std::string_view instance, const node_identity& who) {
  host_bytes x{};
  x[0] = 'S';
  x[1] = 'L';
  x[2] = static_cast<std::uint8_t>(who.role);
  x[3] = 1;
  const auto name = digest(std::as_bytes(std::span{instance}), 0);
  std::memcpy(&x[4], &who.incarnation, sizeof who.incarnation);
  std::memcpy(&x[12], &name, sizeof name);
  return x;
}

} // namespace

caf::node_id make_node(std::string_view instance, const node_identity& who) {
  // CAF prints the process id as `host#pid`; a pid means nothing across containers, the participant number does.
  return caf::make_node_id(participant::of(who.role, who.incarnation).number, pack(instance, who));
}

std::optional<node_identity> identify(std::string_view instance, const caf::node_id& node) {
  if (!node || node->implementation_id() != caf::node_id::default_data::class_id)
    return std::nullopt;
  const auto& parts = static_cast<const caf::node_id::default_data&>(*node);
  const auto host = parts.host_id();
  node_identity who;
  who.role = host[2];
  std::memcpy(&who.incarnation, &host[4], sizeof who.incarnation);
  if (host != pack(instance, who) || parts.process_id() != participant::of(who.role, who.incarnation).number)
    return std::nullopt;
  return who;
}

} // namespace sluice::shm
