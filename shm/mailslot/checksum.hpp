// Tells a whole message from a torn or foreign one. Not a cryptographic hash: a peer with write access can forge it.
#pragma once

#include "shm/mailslot/layout.hpp"

#include <bit>
#include <cstring>
#include <span>

namespace sluice::shm {

namespace detail {

inline constexpr std::uint64_t fold_key_a = 0x9e37'79b9'7f4a'7c15; // 2^64 / golden ratio
inline constexpr std::uint64_t fold_key_b = 0xc2b2'ae3d'27d4'eb4f; // an odd number with well spread bits

/// High and low half of a 128-bit product, folded: every input bit reaches every output bit.
[[nodiscard]] constexpr std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

[[nodiscard]] inline std::uint64_t load64(const std::byte* from) {
  std::uint64_t x;
  std::memcpy(&x, from, sizeof x);
  return x;
}

} // namespace detail

/// Multiply-and-fold over 16 bytes a step in two independent chains, so that it keeps up with memcpy; one code path on
/// every processor, against CRC-32C which needs an instruction set extension or is ten times slower.
/// Undetected with probability 2^-32 for damage that does not know the function.
[[nodiscard]] inline std::uint64_t fold_bytes(std::span<const std::byte> bytes, std::uint64_t seed) {
  using namespace detail;
  static_assert(std::endian::native == std::endian::little, "the segment is shared by processes of one machine only");
  auto at = bytes.data();
  auto left = bytes.size();
  auto one = seed ^ fold_key_a;
  auto two = seed ^ fold_key_b;
  for (; left >= 32; at += 32, left -= 32) {
    one = fold(load64(at) ^ one, load64(at + 8) ^ fold_key_b);
    two = fold(load64(at + 16) ^ two, load64(at + 24) ^ fold_key_a);
  }
  if (left > 0) {
    std::byte rest[32]{};
    std::memcpy(rest, at, left);
    one = fold(load64(rest) ^ one, load64(rest + 8) ^ fold_key_b);
    two = fold(load64(rest + 16) ^ two, load64(rest + 24) ^ fold_key_a);
  }
  return fold(one ^ bytes.size(), two ^ fold_key_a);
}

/// The header without its checksum field: four products that do not wait for each other.
[[nodiscard]] inline std::uint64_t fold_header(const message_header& x) {
  using namespace detail;
  auto copy = x;
  copy.checksum = layout_version;
  std::byte raw[sizeof copy];
  std::memcpy(raw, &copy, sizeof copy);
  static_assert(sizeof raw == 56);
  const auto one = fold(load64(raw) ^ fold_key_a, load64(raw + 8) ^ fold_key_b);
  const auto two = fold(load64(raw + 16) ^ fold_key_b, load64(raw + 24) ^ fold_key_a);
  const auto three = fold(load64(raw + 32) ^ fold_key_a, load64(raw + 40) ^ std::rotl(fold_key_b, 32));
  const auto four = fold(load64(raw + 48) ^ fold_key_b, std::rotl(fold_key_a, 32));
  return one + std::rotl(two, 17) + std::rotl(three, 31) + std::rotl(four, 47);
}

/// The checksum of a message: its header without the checksum field, and its parameters. The two halves are
/// independent, so that a processor works on both at once.
[[nodiscard]] inline std::uint32_t message_checksum(const message_header& x, std::span<const std::byte> parameters) {
  using namespace detail;
  const auto sum = fold(fold_header(x) ^ fold_key_a, fold_bytes(parameters, 0) ^ fold_key_b);
  return static_cast<std::uint32_t>(sum ^ sum >> 32);
}

} // namespace sluice::shm
