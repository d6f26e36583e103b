// Tells a whole message from a torn or foreign one. Not a cryptographic hash: a peer with write access can forge it.
#pragma once

#include "shm/mailslot/layout.hpp"

#include <cstdint>
#include <span>

namespace sluice::shm {

/// XXH3 of xxHash, the same on every processor; the widest vector instructions there are where there is much to do.
[[nodiscard]] std::uint64_t digest(std::span<const std::byte> bytes, std::uint64_t seed);

/// The checksum of a message: its header without the checksum field, and its parameters.
/// Undetected with probability 2^-32 for damage that does not know the function.
[[nodiscard]] std::uint32_t message_checksum(const message_header& x, std::span<const std::byte> parameters);

} // namespace sluice::shm
