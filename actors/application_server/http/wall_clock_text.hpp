// Wall-clock time as people and JSON write it (RFC 3339): written in UTC with milliseconds, read with any offset.
#pragma once

#include "actors/domain/units.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice::http {

/// For example `2026-11-22T15:37:10.250Z`; years beyond 9999 are written as 9999.
[[nodiscard]] std::string rfc3339(wall_time x);

/// Reads `2026-11-22T15:37:10Z`, with up to six decimals and with an offset such as +01:00; a day alone is its
/// beginning in UTC. 1970 to 9999.
[[nodiscard]] std::optional<wall_time> parse_rfc3339(std::string_view text) noexcept;

} // namespace sluice::http
