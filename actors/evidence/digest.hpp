// SHA-256 digests and how they are written: 64 lower-case hexadecimal digits. Knows nothing of what is hashed.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <sodium/crypto_hash_sha256.h>

namespace sluice::evidence {

/// A SHA-256.
using digest = std::array<std::byte, 32>;

/// Hashes what it is fed, in any pieces. One thread.
class sha256 {
public:
  sha256() noexcept;
  void add(std::string_view bytes) noexcept;
  void add(const digest& bytes) noexcept;
  /// Of everything added. Call it once.
  [[nodiscard]] digest finish() noexcept;

private:
  crypto_hash_sha256_state state_;
};

[[nodiscard]] digest sha256_of(std::string_view bytes) noexcept;

/// Two lower-case digits per byte.
[[nodiscard]] std::string to_hex(std::span<const std::byte> bytes);

/// Exactly as many bytes as fit `to`. False, and `to` is unspecified, for other lengths and for anything but 0-9 a-f:
/// one value has one text, so that no byte of a file can change unnoticed.
[[nodiscard]] bool parse_hex(std::string_view text, std::span<std::byte> to) noexcept;

[[nodiscard]] std::optional<digest> parse_digest(std::string_view text) noexcept;

} // namespace sluice::evidence
