// By libsodium.
#include "actors/application_server/webhooks/signature.hpp"

#include <array>

#include <sodium/crypto_auth_hmacsha256.h>
#include <sodium/utils.h>

namespace sluice::webhooks {

namespace {

const unsigned char* bytes(std::string_view x) noexcept {
  return reinterpret_cast<const unsigned char*>(x.data());
}

} // namespace

signing_secret::~signing_secret() {
  sodium_memzero(text_.data(), text_.size());
}

std::string signing_secret::sign(std::int64_t at, std::string_view body) const {
  const auto head = std::to_string(at) + '.';
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes(text_), text_.size());
  crypto_auth_hmacsha256_update(&state, bytes(head), head.size());
  crypto_auth_hmacsha256_update(&state, bytes(body), body.size());
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
  crypto_auth_hmacsha256_final(&state, mac.data());
  sodium_memzero(&state, sizeof state);
  std::array<char, 2 * mac.size() + 1> text{};
  sodium_bin2hex(text.data(), text.size(), mac.data(), mac.size());
  return std::string{"v1="} + text.data();
}

} // namespace sluice::webhooks
