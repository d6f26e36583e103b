// Decides at start who does file I/O that would block: a ring per shard, or the pool. Does no I/O itself.
#pragma once

#include "gateways/engine/core.hpp"

#include <cstddef>
#include <string>

namespace sluice::gateway {

/// As configured, or one per core.
[[nodiscard]] std::size_t shard_count(const engine_config& x);

/// Makes the rings of all shards if the kernel gives them and the configuration wants them, and reports which engine
/// runs. Empty, or the sentence that says why the engine that was asked for cannot be had.
/// @pre the pool is there, the shards are not
[[nodiscard]] std::string make_rings(engine_core& core);

} // namespace sluice::gateway
