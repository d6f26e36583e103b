// Wall-clock time as people and JSON write it (RFC 3339, UTC, milliseconds). Writing only.
#pragma once

#include "actors/domain/units.hpp"

#include <string>

namespace sluice::http {

/// For example `2026-11-22T15:37:10.250Z`; years beyond 9999 are written as 9999.
[[nodiscard]] std::string rfc3339(wall_time x);

} // namespace sluice::http
