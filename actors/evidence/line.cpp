// Escapes, times and numbers.
#include "actors/evidence/line.hpp"

#include <array>
#include <charconv>
#include <chrono>

namespace sluice::evidence {

namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t day_us = 86'400 * second_us;

bool control(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

/// Writes `x` in `width` digits that end before `end`.
void put(char* end, std::int64_t x, int width) {
  for (; width > 0; --width, x /= 10)
    *--end = static_cast<char>('0' + x % 10);
}

/// `width` digits at `at`, -1 if one is none.
std::int64_t take(std::string_view text, std::size_t at, std::size_t width) noexcept {
  std::int64_t x = 0;
  for (std::size_t i = at; i < at + width; ++i) {
    if (text[i] < '0' || text[i] > '9')
      return -1;
    x = x * 10 + (text[i] - '0');
  }
  return x;
}

std::int64_t floor_day(std::int64_t us) noexcept {
  return us / day_us - (us % day_us < 0 ? 1 : 0);
}

std::optional<std::string> special(std::string_view at) {
  // at[0] is the backslash
  if (at.size() < 2)
    return std::nullopt;
  switch (at[1]) {
  case '\\':
    return "\\";
  case 't':
    return "\t";
  case 'n':
    return "\n";
  case 'r':
    return "\r";
  case 'x':
    break;
  default:
    return std::nullopt;
  }
  if (at.size() < 4)
    return std::nullopt;
  unsigned byte = 0;
  const auto read = std::from_chars(at.data() + 2, at.data() + 4, byte, 16);
  std::string canonical;
  append_escaped(canonical, std::string_view{std::array{static_cast<char>(byte)}.data(), 1});
  // Upper-case digits, escapes of what needs none and the long form of a tab are no forms of ours.
  if (read.ptr != at.data() + 4 || canonical != at.substr(0, 4))
    return std::nullopt;
  return std::string(1, static_cast<char>(byte));
}

} // namespace

void append_escaped(std::string& to, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (const char c : text) {
    if (c == '\\') {
      to += "\\\\";
    } else if (c == '\t') {
      to += "\\t";
    } else if (c == '\n') {
      to += "\\n";
    } else if (c == '\r') {
      to += "\\r";
    } else if (control(c)) {
      to += "\\x";
      to += digits[static_cast<unsigned char>(c) >> 4];
      to += digits[static_cast<unsigned char>(c) & 15];
    } else {
      to += c;
    }
  }
}

std::optional<std::string> unescape(std::string_view field) {
  std::string text;
  text.reserve(field.size());
  for (std::size_t i = 0; i < field.size();) {
    if (control(field[i]))
      return std::nullopt;
    if (field[i] != '\\') {
      text += field[i++];
      continue;
    }
    const auto found = special(field.substr(i));
    if (!found)
      return std::nullopt;
    text += *found;
    i += field[i + 1] == 'x' ? 4 : 2;
  }
  return text;
}

std::string day_text(wall_time x) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{floor_day(x.unix_us)}}};
  std::string text = "0000-00-00";
  put(text.data() + 4, static_cast<int>(date.year()), 4);
  put(text.data() + 7, static_cast<unsigned>(date.month()), 2);
  put(text.data() + 10, static_cast<unsigned>(date.day()), 2);
  return text;
}

std::string time_text(wall_time x) {
  const auto rest = x.unix_us - floor_day(x.unix_us) * day_us;
  auto text = day_text(x) + "T00:00:00.000000Z";
  put(text.data() + 13, rest / second_us / 3600, 2);
  put(text.data() + 16, rest / second_us / 60 % 60, 2);
  put(text.data() + 19, rest / second_us % 60, 2);
  put(text.data() + 26, rest % second_us, 6);
  return text;
}

std::optional<wall_time> parse_day(std::string_view text) noexcept {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-')
    return std::nullopt;
  const auto year = take(text, 0, 4);
  const auto month = take(text, 5, 2);
  const auto day = take(text, 8, 2);
  if (year < 0 || month < 0 || day < 0)
    return std::nullopt;
  const auto date = std::chrono::year{static_cast<int>(year)} / std::chrono::month{static_cast<unsigned>(month)}
                    / std::chrono::day{static_cast<unsigned>(day)};
  if (!date.ok())
    return std::nullopt;
  return wall_time{std::int64_t{std::chrono::sys_days{date}.time_since_epoch().count()} * day_us};
}

std::optional<wall_time> parse_time(std::string_view text) noexcept {
  if (text.size() != 27 || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != '.' || text[26] != 'Z')
    return std::nullopt;
  const auto day = parse_day(text.substr(0, 10));
  const auto hour = take(text, 11, 2);
  const auto minute = take(text, 14, 2);
  const auto second = take(text, 17, 2);
  const auto us = take(text, 20, 6);
  if (!day || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 || us < 0)
    return std::nullopt;
  return wall_time{day->unix_us + ((hour * 60 + minute) * 60 + second) * second_us + us};
}

std::optional<std::uint64_t> parse_number(std::string_view text) noexcept {
  std::uint64_t x = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), x);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || (text.size() > 1 && text[0] == '0'))
    return std::nullopt;
  return x;
}

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  for (std::size_t from = 0;;) {
    const auto tab = line.find('\t', from);
    fields.push_back(line.substr(from, tab - from));
    if (tab == std::string_view::npos)
      return fields;
    from = tab + 1;
  }
}

line_writer& line_writer::number(std::uint64_t x) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), x).ptr;
  text_ += '\t';
  text_.append(digits.data(), end);
  return *this;
}

line_writer& line_writer::number(std::int64_t x) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), x).ptr;
  text_ += '\t';
  text_.append(digits.data(), end);
  return *this;
}

line_writer& line_writer::time(wall_time x) {
  text_ += '\t';
  text_ += time_text(x);
  return *this;
}

} // namespace sluice::evidence
