// The lease of a throttle begins anew: a stream and a generation, nothing else.
#pragma once

#include "actors/domain/stream.hpp"

#include <cstdint>

namespace sluice {

/// For a gateway that holds this very generation: its lease, of the length it had, runs from the receipt. One that
/// holds another generation ignores it.
struct renewal {
  stream_id stream;
  std::uint64_t generation = 0;
  friend auto operator<=>(const renewal&, const renewal&) = default;
};

} // namespace sluice
