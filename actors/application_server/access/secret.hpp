// Secrets: how a token is made, written and recognised, and how a session's cookie is signed. Keeps nothing, knows no
// clock.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::access {

using digest = std::array<std::uint8_t, 32>;

/// A token as it is shown once: `slc_ID_SECRET`, 8 and 43 characters.
struct token_text {
  std::string id;
  std::string secret;
  [[nodiscard]] std::string joined() const {
    return "slc_" + id + '_' + secret;
  }
};

/// From the operating system's randomness: 40 bits to name it, 256 to keep others out.
[[nodiscard]] token_text make_token();

/// The parts of a token; nothing if it has another form. Says nothing about whether there is such a one.
[[nodiscard]] std::optional<token_text> parse_token(std::string_view x);

/// SHA-256.
[[nodiscard]] digest digest_of(std::string_view secret) noexcept;

/// In a time that does not depend on where they differ.
[[nodiscard]] bool same(const digest& a, const digest& b) noexcept;

/// What sessions are signed with; wiped from memory at the end.
class session_key {
public:
  explicit session_key(const digest& x) noexcept : key_(x) {}
  ~session_key();
  session_key(const session_key&) = default;
  session_key& operator=(const session_key&) = default;

  /// HMAC-SHA-256 over `purpose`, a line feed and `text`, as base64url.
  [[nodiscard]] std::string sign(std::string_view purpose, std::string_view text) const;
  [[nodiscard]] bool verifies(std::string_view purpose, std::string_view text, std::string_view signature) const;

private:
  digest key_;
};

/// The key of a text that was random: the SHA-256 over it, with a purpose of its own.
[[nodiscard]] session_key derived_key(std::string_view text);

} // namespace sluice::access
