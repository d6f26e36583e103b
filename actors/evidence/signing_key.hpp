// The server's Ed25519 key: made once, kept in a file that nobody else may read, never printed. Checking a signature
// needs the public key alone.
#pragma once

#include "actors/evidence/digest.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace sluice::evidence {

using public_key = std::array<std::byte, 32>;
using signature = std::array<std::byte, 64>;

/// A key that signs. Its secret is wiped from memory at the end.
class signing_key {
public:
  signing_key(signing_key&& other) noexcept;
  signing_key& operator=(signing_key&& other) noexcept;
  ~signing_key();

  [[nodiscard]] const public_key& published() const noexcept {
    return public_;
  }
  [[nodiscard]] signature sign(std::string_view message) const noexcept;

  /// The key of a seed of 32 bytes, for tests and for the file.
  [[nodiscard]] static signing_key of_seed(const std::array<std::byte, 32>& seed) noexcept;

private:
  signing_key() noexcept = default;
  std::array<std::byte, 64> secret_{};
  public_key public_{};
};

/// A key, and whether it was made just now (then its fingerprint should be told to whoever will check).
struct obtained_key {
  signing_key key;
  bool made = false;
};

/// Reads the key file, or makes it (0600, complete or not at all; its directory too, 0700) if there is none. One
/// sentence if it cannot be made or read, if others may read it, or if it holds no key: then nothing is signed, and no
/// second key takes its place.
[[nodiscard]] std::variant<obtained_key, std::string> obtain_signing_key(const std::string& path);

[[nodiscard]] bool verifies(const public_key& key, std::string_view message, const signature& x) noexcept;

/// What people compare: 32 hexadecimal digits, the first half of the SHA-256 of the public key.
[[nodiscard]] std::string fingerprint_of(const public_key& key);

} // namespace sluice::evidence
