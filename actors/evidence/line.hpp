// Lines of text whose fields cannot be confused: written, split and read back. Knows no kind of line.
#pragma once

#include "actors/domain/units.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::evidence {

/// Appends `text` so that it holds no tab, line break or other control character: `\` is written `\\`, a tab `\t`, a
/// line feed `\n`, a carriage return `\r`, any other byte below 0x20 and 0x7f `\x` and two lower-case hexadecimal
/// digits. Each text has one form and each form one text.
void append_escaped(std::string& to, std::string_view text);

/// The text that was escaped; nothing for what append_escaped() would never write.
[[nodiscard]] std::optional<std::string> unescape(std::string_view field);

/// `2026-11-22T10:00:00.000000Z`; years 0 to 9999.
[[nodiscard]] std::string time_text(wall_time x);

/// Reads exactly what time_text() writes.
[[nodiscard]] std::optional<wall_time> parse_time(std::string_view text) noexcept;

/// `2026-11-22`, for the day that holds `x`.
[[nodiscard]] std::string day_text(wall_time x);

/// The beginning of the day that day_text() wrote.
[[nodiscard]] std::optional<wall_time> parse_day(std::string_view text) noexcept;

/// A whole number without sign, leading zeros or anything around it; nothing beyond 2^64 - 1.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text) noexcept;

/// The fields between the tabs, still escaped.
[[nodiscard]] std::vector<std::string_view> fields_of(std::string_view line);

/// Writes one line, field by field, separated by tabs; no line break at its end.
class line_writer {
public:
  explicit line_writer(std::string_view kind) : text_(kind) {}

  line_writer& text(std::string_view x) {
    text_ += '\t';
    append_escaped(text_, x);
    return *this;
  }
  line_writer& number(std::uint64_t x);
  line_writer& number(std::int64_t x);
  line_writer& number(std::uint32_t x) {
    return number(std::uint64_t{x});
  }
  line_writer& time(wall_time x);
  /// In nanoseconds.
  line_writer& length(duration x) {
    return number(std::int64_t{x.count()});
  }
  line_writer& yes_or_no(bool x) {
    return text(x ? "yes" : "no");
  }

  [[nodiscard]] std::string finish() && {
    return std::move(text_);
  }

private:
  std::string text_;
};

} // namespace sluice::evidence
