// XXH3, inlined for what is small, and chosen by processor for what is large.
#define XXH_INLINE_ALL
#include "shm/mailslot/checksum.hpp"

#include "shm/mailslot/digest_large.hpp"

#include <bit>

#include <xxhash.h>

namespace sluice::shm {

namespace {
/// From here on the choice of instructions is worth its call. Chosen: at 1 KiB it is twice as fast already.
constexpr std::size_t large_bytes = 512;

static_assert(std::endian::native == std::endian::little, "the segment is shared by processes of one machine only");

constexpr std::uint64_t key_a = 0x9e37'79b9'7f4a'7c15; // 2^64 / golden ratio
constexpr std::uint64_t key_b = 0xc2b2'ae3d'27d4'eb4f; // an odd number with well spread bits

/// High and low half of a 128-bit product, folded: every input bit reaches every output bit.
std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t pair(std::uint32_t low, std::uint32_t high) {
  return low | std::uint64_t{high} << 32;
}

/// The header without its checksum field, by four products that do not wait for each other: half of the time that XXH3
/// takes for so few bytes, and a small message is little more than its header. From the fields and not from the bytes:
/// who has just written a field and reads it as a part of something wider waits for the store.
std::uint64_t fold_header(const message_header& x) {
  static_assert(sizeof x == 56, "each field is a part of the checksum");
  const auto kind = pair(x.operation, x.flags | std::uint32_t{x.sender_role} << 16 | std::uint32_t{x.sender_cpu} << 24);
  return fold(kind ^ key_a, x.sender_incarnation ^ key_b)
         + std::rotl(fold(x.correlation ^ key_b, x.destination ^ key_a), 17)
         + std::rotl(fold(x.source ^ key_a, pair(x.length, x.sequence) ^ key_b), 31)
         + std::rotl(fold(pair(x.placed_ms, layout_version) ^ key_b, key_a), 47);
}

} // namespace

std::uint64_t digest(std::span<const std::byte> bytes, std::uint64_t seed) {
  if (bytes.size() >= large_bytes)
    return digest_large(bytes, seed);
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

// Flat: the choice by length is made once, here.
[[gnu::flatten]] std::uint32_t message_checksum(const message_header& x, std::span<const std::byte> parameters) {
  // Of each other independent, so that a processor works on both at once.
  const auto sum = fold(fold_header(x) ^ key_a, digest(parameters, 0) ^ key_b);
  return static_cast<std::uint32_t>(sum ^ sum >> 32);
}

} // namespace sluice::shm
