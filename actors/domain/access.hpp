// Who may come in: roles and what is kept of a token. Facts only; what a role may do is with the interface
// (application_server/access), how a token is checked too.
#pragma once

#include "actors/domain/units.hpp"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// What a token's owner is to this server. Each may read what the one before may, but for customers, who see their own
/// tenant alone.
enum class access_role : std::uint8_t { customer, viewer, operator_, admin };

inline constexpr std::array access_roles{access_role::customer, access_role::viewer, access_role::operator_,
                                         access_role::admin};

[[nodiscard]] constexpr std::string_view to_string(access_role x) noexcept {
  switch (x) {
  case access_role::customer:
    return "customer";
  case access_role::viewer:
    return "viewer";
  case access_role::operator_:
    return "operator";
  case access_role::admin:
    break;
  }
  return "admin";
}

[[nodiscard]] constexpr std::optional<access_role> parse_access_role(std::string_view x) noexcept {
  for (const auto role : access_roles)
    if (to_string(role) == x)
      return role;
  return std::nullopt;
}

/// Bounds of what is kept. Chosen.
inline constexpr std::size_t access_token_id_size = 8;
inline constexpr std::size_t max_access_label_size = 255;
inline constexpr std::size_t max_access_tokens = 10'000;

/// What is kept of a token: never its secret.
struct access_token {
  std::string id;                        ///< 8 characters of a-z2-7, shown with every use
  std::array<std::uint8_t, 32> digest{}; ///< SHA-256 of the secret
  access_role role = access_role::viewer;
  std::string tenant;     ///< of a customer; empty for the others
  std::string label;      ///< what it is for, or whose it is
  std::string created_by; ///< who asked for it
  wall_time created;
  wall_time expires; ///< zero = never
  wall_time revoked; ///< zero = it is good
  friend auto operator<=>(const access_token&, const access_token&) = default;

  [[nodiscard]] bool good_at(wall_time now) const noexcept {
    return revoked == wall_time{} && (expires == wall_time{} || now < expires);
  }
};

/// Who asks, as far as it was proved.
struct caller {
  access_role role = access_role::customer;
  std::string tenant;  ///< of a customer
  std::string token;   ///< id of the token; `file` for the one of the token file
  std::string label;   ///< of the token
  std::string address; ///< that the connection came from
  friend auto operator<=>(const caller&, const caller&) = default;

  /// For the audit trail: which token, from where.
  [[nodiscard]] std::string name() const {
    return token + (label.empty() ? "" : " (" + label + ")") + (address.empty() ? "" : " from " + address);
  }
};

/// Whether a token of that id is well formed: bytes from outside.
[[nodiscard]] constexpr bool valid_access_id(std::string_view x) noexcept {
  if (x.size() != access_token_id_size)
    return false;
  for (const char c : x)
    if (!((c >= 'a' && c <= 'z') || (c >= '2' && c <= '7')))
      return false;
  return true;
}

} // namespace sluice
