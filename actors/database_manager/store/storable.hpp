// What PostgreSQL can hold: checked before it is asked, so that one bad value does not spoil a whole batch. Pure.
#pragma once

#include "actors/domain/units.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace sluice::store {

/// Chosen: a sentence with figures; the domain's names are far shorter [bytes].
inline constexpr std::size_t max_text_size = 4096;

/// 1900-01-01 to 9999-12-31: well within timestamptz, and a date has four digits.
[[nodiscard]] constexpr bool storable(wall_time x) noexcept {
  return x.unix_us >= -2'208'988'800'000'000 && x.unix_us < 253'402'300'800'000'000;
}

/// Fits a bigint.
[[nodiscard]] constexpr bool storable(std::uint64_t x) noexcept {
  return x <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
}

/// Well-formed UTF-8 without a zero byte, of at most max_text_size.
[[nodiscard]] bool storable(std::string_view x) noexcept;

} // namespace sluice::store
