// The kinds of things that can be shown, with their names on the command line and in the HTTP interface.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::ctl {

enum class resource_kind : std::uint8_t { agreement, stream, gateway, backend, throttle, limit, event, policy };

/// Accepts singular and plural; nothing for any other word.
[[nodiscard]] std::optional<resource_kind> parse_resource_kind(std::string_view word) noexcept;

/// The plural, as it stands in the path of the HTTP interface.
[[nodiscard]] std::string_view plural(resource_kind x) noexcept;

[[nodiscard]] std::string_view singular(resource_kind x) noexcept;

/// The plurals of all kinds, separated by commas, for messages.
[[nodiscard]] std::string all_resource_kinds();

} // namespace sluice::ctl
