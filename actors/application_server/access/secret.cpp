// By libsodium.
#include "actors/application_server/access/secret.hpp"

#include "actors/domain/access.hpp"

#include <algorithm>
#include <span>

#include <sodium/core.h>
#include <sodium/crypto_auth_hmacsha256.h>
#include <sodium/crypto_hash_sha256.h>
#include <sodium/randombytes.h>
#include <sodium/utils.h>

namespace sluice::access {

namespace {

constexpr std::string_view prefix = "slc_";
constexpr std::size_t secret_size = 43; // of 32 bytes as base64url without padding

unsigned char* bytes(std::byte* x) noexcept {
  return reinterpret_cast<unsigned char*>(x);
}
const unsigned char* bytes(const std::byte* x) noexcept {
  return reinterpret_cast<const unsigned char*>(x);
}
const unsigned char* bytes(std::string_view x) noexcept {
  return reinterpret_cast<const unsigned char*>(x.data());
}

constexpr int text_form = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

std::string base64(std::span<const std::byte> x) {
  std::string out(sodium_base64_encoded_len(x.size(), text_form), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes(x.data()), x.size(), text_form);
  out.pop_back(); // the zero at its end
  return out;
}

bool is_base64(std::string_view x) noexcept {
  return std::all_of(x.begin(), x.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

} // namespace

token_text make_token() {
  static const int ready = sodium_init(); // its generator is not to be used before
  static_cast<void>(ready);
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz234567";
  token_text out;
  for (std::size_t i = 0; i < access_token_id_size; ++i)
    out.id += letters[randombytes_uniform(static_cast<std::uint32_t>(letters.size()))];
  std::array<std::byte, 32> secret{};
  randombytes_buf(secret.data(), secret.size());
  out.secret = base64(secret);
  sodium_memzero(secret.data(), secret.size());
  return out;
}

std::optional<token_text> parse_token(std::string_view x) {
  if (x.size() != prefix.size() + access_token_id_size + 1 + secret_size || !x.starts_with(prefix))
    return std::nullopt;
  x.remove_prefix(prefix.size());
  const auto id = x.substr(0, access_token_id_size);
  const auto secret = x.substr(access_token_id_size + 1);
  if (x[access_token_id_size] != '_' || !valid_access_id(id) || !is_base64(secret))
    return std::nullopt;
  return token_text{std::string{id}, std::string{secret}};
}

digest digest_of(std::string_view secret) noexcept {
  digest out{};
  crypto_hash_sha256(out.data(), bytes(secret), secret.size());
  return out;
}

bool same(const digest& a, const digest& b) noexcept {
  return sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

session_key::~session_key() {
  sodium_memzero(key_.data(), key_.size());
}

std::string session_key::sign(std::string_view purpose, std::string_view text) const {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key_.data(), key_.size());
  crypto_auth_hmacsha256_update(&state, bytes(purpose), purpose.size());
  crypto_auth_hmacsha256_update(&state, bytes("\n"), 1);
  crypto_auth_hmacsha256_update(&state, bytes(text), text.size());
  std::array<std::byte, crypto_auth_hmacsha256_BYTES> out{};
  crypto_auth_hmacsha256_final(&state, bytes(out.data()));
  return base64(out);
}

bool session_key::verifies(std::string_view purpose, std::string_view text, std::string_view signature) const {
  const auto right = sign(purpose, text);
  return signature.size() == right.size() && sodium_memcmp(signature.data(), right.data(), right.size()) == 0;
}

session_key derived_key(std::string_view text) {
  return session_key{digest_of("sluice-session-key\n" + std::string{text})};
}

} // namespace sluice::access
