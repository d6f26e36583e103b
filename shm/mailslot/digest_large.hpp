// XXH3 by the library's own choice of instructions. Apart from checksum.cpp, which inlines the same names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace sluice::shm {

/// The same value as digest(), slower for few bytes and faster for many.
[[nodiscard]] std::uint64_t digest_large(std::span<const std::byte> bytes, std::uint64_t seed);

} // namespace sluice::shm
