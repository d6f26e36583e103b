// How long throttles and renewals are on the wire.
#pragma once

#include "actors/domain/loop_output.hpp"

#include <cstddef>

namespace sluice::bench {

/// In the serialized form of the messages to the monitor and the gateways, without their headers [bytes].
[[nodiscard]] std::size_t wire_size(const loop_output& x);

} // namespace sluice::bench
