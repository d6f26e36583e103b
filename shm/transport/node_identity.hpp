// The CAF node id of a process of an instance: it says by itself "shared-memory peer, which role, which life".
#pragma once

#include <caf/node_id.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice::shm {

struct node_identity {
  std::uint32_t role = 0;
  std::uint64_t incarnation = 0;
};

/// The id follows from its arguments alone: a receiver computes a sender's from what is in a slot.
[[nodiscard]] caf::node_id make_node(std::string_view instance, const node_identity& who);

/// Empty when `node` is no process of this instance (a TCP peer).
[[nodiscard]] std::optional<node_identity> identify(std::string_view instance, const caf::node_id& node);

} // namespace sluice::shm
