// UTC days and months: the spans that tables are partitioned by. Pure; knows no clock and no time zone.
#pragma once

#include "actors/domain/units.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::store {

enum class span_length : std::uint8_t { day, month };

/// One UTC day or month.
struct calendar_span {
  span_length length = span_length::day;
  std::int64_t first_day = 0; ///< days since 1970-01-01
  std::int64_t next_day = 1;  ///< first day after the span

  friend auto operator<=>(const calendar_span&, const calendar_span&) = default;
};

/// The day that a time belongs to, in days since 1970-01-01.
[[nodiscard]] constexpr std::int64_t day_of(wall_time x) noexcept {
  constexpr std::int64_t day_us = 86'400'000'000;
  return x.unix_us / day_us - (x.unix_us % day_us < 0 ? 1 : 0);
}

/// The span of that length which holds `day`.
[[nodiscard]] calendar_span span_of(span_length length, std::int64_t day) noexcept;

/// `2026-11-22` for a day since 1970-01-01; years 0 to 9999.
[[nodiscard]] std::string to_date(std::int64_t day);

/// What a partition's name ends with: `20261122` for a day, `202611` for a month.
[[nodiscard]] std::string suffix_of(const calendar_span& x);

/// The span that a partition's name ends with; nothing if the text is no such date.
[[nodiscard]] std::optional<calendar_span> parse_suffix(span_length length, std::string_view text) noexcept;

/// `2026-11-22 10:00:00.000000+00`, as PostgreSQL reads it; years 0 to 9999.
[[nodiscard]] std::string to_timestamp(wall_time x);

} // namespace sluice::store
