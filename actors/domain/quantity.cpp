// Quantities as text: a decimal number, read exactly, times the size of its unit.
#include "actors/domain/quantity.hpp"

#include <array>
#include <cstddef>
#include <limits>

namespace sluice {

namespace {

/// A unit of text and how many of the smallest ones it holds.
struct unit {
  std::string_view name;
  std::uint64_t size;
};

/// Larger ones first: parse_duration demands that order.
constexpr std::array<unit, 7> time_units{{
    {"d", 86'400'000'000'000},
    {"h", 3'600'000'000'000},
    {"m", 60'000'000'000},
    {"s", 1'000'000'000},
    {"ms", 1'000'000},
    {"us", 1'000},
    {"ns", 1},
}};

/// Printed in this order where two are equally short; KB is read only.
constexpr std::array<unit, 12> size_units{{
    {"PB", 1'000'000'000'000'000},
    {"TB", 1'000'000'000'000},
    {"GB", 1'000'000'000},
    {"MB", 1'000'000},
    {"kB", 1'000},
    {"B", 1},
    {"PiB", std::uint64_t{1} << 50},
    {"TiB", std::uint64_t{1} << 40},
    {"GiB", std::uint64_t{1} << 30},
    {"MiB", std::uint64_t{1} << 20},
    {"KiB", std::uint64_t{1} << 10},
    {"KB", 1'000},
}};

constexpr std::array<unit, 1> percent_units{{{"%", 10'000}}};

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// digits / 10^decimals.
struct decimal {
  std::uint64_t digits = 0;
  unsigned decimals = 0;
};

/// Takes a decimal number off the front of `text`; nothing if there is none, it ends with a point or exceeds 64 bits.
constexpr std::optional<decimal> take_decimal(std::string_view& text) noexcept {
  decimal out;
  bool any = false;
  bool point = false;
  bool digit_last = false;
  while (!text.empty() && (is_digit(text.front()) || (text.front() == '.' && any && !point))) {
    const char c = text.front();
    text.remove_prefix(1);
    digit_last = c != '.';
    if (!digit_last) {
      point = true;
      continue;
    }
    any = true;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (out.digits > (std::numeric_limits<std::uint64_t>::max() - digit) / 10)
      return std::nullopt;
    out.digits = out.digits * 10 + digit;
    out.decimals += point ? 1 : 0;
  }
  if (!digit_last)
    return std::nullopt;
  return out;
}

/// Takes letters and the percent sign off the front of `text`.
constexpr std::string_view take_name(std::string_view& text) noexcept {
  std::size_t size = 0;
  while (size < text.size() && !is_digit(text[size]) && text[size] != '.' && text[size] != '/')
    ++size;
  const auto name = text.substr(0, size);
  text.remove_prefix(size);
  return name;
}

/// x * size, if that is a whole number of at most 64 bits.
constexpr std::optional<std::uint64_t> times(decimal x, std::uint64_t size) noexcept {
  while (x.decimals > 0 && x.digits % 10 == 0) { // trailing zeros
    x.digits /= 10;
    --x.decimals;
  }
  while (x.decimals > 0) {
    if (size % 10 == 0)
      size /= 10;
    else if (x.digits % 5 == 0 && size % 2 == 0) {
      x.digits /= 5;
      size /= 2;
    } else
      return std::nullopt;
    --x.decimals;
  }
  if (x.digits != 0 && size > std::numeric_limits<std::uint64_t>::max() / x.digits)
    return std::nullopt;
  return x.digits * size;
}

template<std::size_t N>
constexpr std::size_t position(const std::array<unit, N>& units, std::string_view name) noexcept {
  for (std::size_t i = 0; i < N; ++i)
    if (units[i].name == name)
      return i;
  return N;
}

/// One number with one unit, and nothing after it.
template<std::size_t N>
constexpr std::optional<std::uint64_t> single(const std::array<unit, N>& units, std::string_view text) noexcept {
  const auto number = take_decimal(text);
  if (!number)
    return std::nullopt;
  const auto i = position(units, take_name(text));
  if (i == N || !text.empty())
    return std::nullopt;
  return times(*number, units[i].size);
}

} // namespace

std::optional<duration> parse_duration(std::string_view text) noexcept {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<duration::rep>::max());
  std::uint64_t sum = 0;
  std::size_t next = 0; // units before this one are used up
  if (text.empty())
    return std::nullopt;
  while (!text.empty()) {
    const auto number = take_decimal(text);
    if (!number)
      return std::nullopt;
    const auto i = position(time_units, take_name(text));
    if (i == time_units.size() || i < next)
      return std::nullopt;
    next = i + 1;
    const auto part = times(*number, time_units[i].size);
    if (!part || *part > most - sum)
      return std::nullopt;
    sum += *part;
  }
  return duration{static_cast<duration::rep>(sum)};
}

std::optional<std::uint64_t> parse_size(std::string_view text) noexcept {
  return single(size_units, text);
}

std::optional<rate> parse_bandwidth(std::string_view text) noexcept {
  constexpr std::string_view per_second = "/s";
  if (!text.ends_with(per_second))
    return std::nullopt;
  text.remove_suffix(per_second.size());
  if (const auto bytes = parse_size(text))
    return rate{*bytes};
  return std::nullopt;
}

std::optional<std::uint32_t> parse_percent(std::string_view text) noexcept {
  const auto ppm = single(percent_units, text);
  if (!ppm || *ppm > std::numeric_limits<std::uint32_t>::max())
    return std::nullopt;
  return static_cast<std::uint32_t>(*ppm);
}

std::string duration_text(duration x) {
  if (x == duration::zero())
    return "0s";
  for (std::size_t i = 1; i < time_units.size(); ++i) { // days are read, never written
    const auto size = static_cast<duration::rep>(time_units[i].size);
    if (x.count() % size == 0)
      return std::to_string(x.count() / size) + std::string{time_units[i].name};
  }
  return {}; // not reached: each value is a whole number of nanoseconds
}

std::string size_text(std::uint64_t bytes) {
  if (bytes == 0)
    return "0B";
  const unit* best = nullptr;
  for (const auto& candidate : size_units)
    if (bytes % candidate.size == 0 && (best == nullptr || candidate.size > best->size))
      best = &candidate;
  return std::to_string(bytes / best->size) + std::string{best->name};
}

std::string bandwidth_text(rate x) {
  return size_text(x.per_second) + "/s";
}

std::string percent_text(std::uint32_t ppm) {
  auto text = std::to_string(ppm / 10'000);
  if (auto rest = ppm % 10'000; rest != 0) {
    auto decimals = std::to_string(10'000 + rest).substr(1);
    while (decimals.back() == '0')
      decimals.pop_back();
    text += '.' + decimals;
  }
  return text + '%';
}

} // namespace sluice
