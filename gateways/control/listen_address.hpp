// Reads where the gateway listens, as it is written in the ini file. Opens nothing.
#pragma once

#include "gateways/engine/config.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice::gateway {

/// What an address in the ini file must look like, for messages.
inline constexpr std::string_view listen_address_form = R"("127.0.0.1:10809", "[::1]:10809" or "unix:/path")";

/// `ADDRESS:PORT` with a numeric address (an IPv6 one in brackets), or `unix:` and an absolute path. Nothing if it is
/// neither.
[[nodiscard]] std::optional<listener_config> parse_listen_address(std::string_view text);

} // namespace sluice::gateway
