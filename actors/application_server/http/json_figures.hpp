// Figures as they stand in every answer: rounded, in milliseconds, null where there is none. Pure.
#pragma once

#include "actors/application_server/http/json.hpp"
#include "actors/application_server/http/wall_clock_text.hpp"
#include "actors/domain/units.hpp"

#include <cmath>
#include <string>

namespace sluice::http {

[[nodiscard]] constexpr double milliseconds(duration x) {
  return static_cast<double>(x.count()) / 1e6;
}

/// Three decimals are more than any clock here can tell, and keep the answers short.
[[nodiscard]] inline double rounded(double x) {
  return std::round(x * 1000) / 1000;
}

[[nodiscard]] inline json text_or_null(const std::string& x) {
  return x.empty() ? json(nullptr) : json(x);
}

[[nodiscard]] inline json number_or_null(std::uint64_t x) {
  return x == 0 ? json(nullptr) : json(x);
}

[[nodiscard]] inline json time_or_null(wall_time x) {
  return x.unix_us == 0 ? json(nullptr) : json(rfc3339(x));
}

/// "observe" or "enforce".
[[nodiscard]] inline const char* mode_text(bool observed) {
  return observed ? "observe" : "enforce";
}

} // namespace sluice::http
