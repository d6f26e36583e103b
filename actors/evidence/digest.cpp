// SHA-256 by libsodium, and hexadecimal digits.
#include "actors/evidence/digest.hpp"

namespace sluice::evidence {

namespace {

const unsigned char* raw(const void* x) {
  return static_cast<const unsigned char*>(x);
}

int nibble(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

} // namespace

sha256::sha256() noexcept {
  crypto_hash_sha256_init(&state_);
}

void sha256::add(std::string_view bytes) noexcept {
  crypto_hash_sha256_update(&state_, raw(bytes.data()), bytes.size());
}

void sha256::add(const digest& bytes) noexcept {
  crypto_hash_sha256_update(&state_, raw(bytes.data()), bytes.size());
}

digest sha256::finish() noexcept {
  digest result{};
  crypto_hash_sha256_final(&state_, reinterpret_cast<unsigned char*>(result.data()));
  return result;
}

digest sha256_of(std::string_view bytes) noexcept {
  sha256 hash;
  hash.add(bytes);
  return hash.finish();
}

std::string to_hex(std::span<const std::byte> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const auto byte : bytes) {
    text += digits[std::to_integer<std::size_t>(byte >> 4)];
    text += digits[std::to_integer<std::size_t>(byte & std::byte{15})];
  }
  return text;
}

bool parse_hex(std::string_view text, std::span<std::byte> to) noexcept {
  if (text.size() != to.size() * 2)
    return false;
  for (std::size_t i = 0; i < to.size(); ++i) {
    const int high = nibble(text[2 * i]);
    const int low = nibble(text[2 * i + 1]);
    if (high < 0 || low < 0)
      return false;
    to[i] = static_cast<std::byte>(high * 16 + low);
  }
  return true;
}

std::optional<digest> parse_digest(std::string_view text) noexcept {
  digest x{};
  if (!parse_hex(text, x))
    return std::nullopt;
  return x;
}

} // namespace sluice::evidence
