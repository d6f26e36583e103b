// A browser's session: a cookie that names a token and its own end, signed; nothing is kept. Pure.
#pragma once

#include "actors/application_server/access/secret.hpp"
#include "actors/domain/units.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::access {

inline constexpr std::string_view session_cookie = "sluice_session";

/// How long a session lasts. Chosen: a working day.
inline constexpr std::chrono::hours session_length{12};

struct session {
  std::string token; ///< id
  wall_time until;
};

/// `ID.END.SIGNATURE`, END in seconds since 1970.
[[nodiscard]] std::string write_session(const session_key& key, const session& x);

/// Nothing if it was not signed by this key or is over. Whether the token is still good is another question.
[[nodiscard]] std::optional<session> read_session(const session_key& key, std::string_view text, wall_time now);

/// What a change by this cookie must show in X-CSRF-Token: a page of somebody else cannot read it.
[[nodiscard]] std::string csrf_of(const session_key& key, std::string_view cookie);
[[nodiscard]] bool csrf_holds(const session_key& key, std::string_view cookie, std::string_view shown);

/// The value of a cookie in a Cookie header; empty if it is not there, or there more than once.
[[nodiscard]] std::string_view cookie_value(std::string_view header, std::string_view name);

/// The value of a Set-Cookie header that begins a session; with an empty text one that ends it.
[[nodiscard]] std::string set_cookie(std::string_view text, bool tls);

} // namespace sluice::access
