// Values as text.
#include "actors/sluicectl/figures.hpp"

#include "actors/domain/quantity.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace sluice::ctl {

namespace {

const std::string nothing = "-";

std::string fixed(double value, int decimals) {
  std::array<char, 400> text{}; // the longest double takes 309 digits before the point
  const auto [end, problem] =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, decimals);
  return problem == std::errc{} ? std::string{text.data(), end} : nothing;
}

std::string plain(const nlohmann::json& value) {
  if (value.is_string())
    return value.get_ref<const std::string&>().empty() ? nothing : printable(value.get_ref<const std::string&>());
  if (value.is_number_float()) {
    const auto number = value.get<double>();
    return fixed(number, number == std::floor(number) ? 0 : 1);
  }
  return value.is_null() ? nothing : printable(value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

/// The largest two units.
std::string length_text(double seconds) {
  const auto all = static_cast<std::int64_t>(std::abs(seconds));
  const std::array<std::pair<std::int64_t, char>, 4> parts{
      {{all / 86'400, 'd'}, {all / 3600 % 24, 'h'}, {all / 60 % 60, 'm'}, {all % 60, 's'}}};
  std::string text;
  int units = 0;
  for (const auto& [count, unit] : parts) {
    if (count > 0 && units < 2)
      text += std::to_string(count) + unit;
    units += count > 0 || units > 0 ? 1 : 0;
  }
  if (text.empty())
    text = "0s";
  return seconds < 0 ? '-' + text : text;
}

std::string number_text(const nlohmann::json& value, form how) {
  const auto number = value.get<double>();
  switch (how) {
  case form::count:
    return fixed(number, 0);
  case form::figure:
    return fixed(number, value.is_number_float() && std::abs(number) < 99.95 ? 1 : 0);
  case form::megabytes:
    return fixed(number / 1e6, 1);
  case form::share:
    return value.is_number_unsigned() ? percent_text(value.get<std::uint32_t>()) : nothing;
  case form::length:
    return std::abs(number) < 1e15 ? length_text(number) : nothing;
  case form::millis:
    return fixed(number, std::abs(number) < 9.995 ? 2 : 1);
  default:
    return plain(value);
  }
}

std::string moment_text(std::string text) {
  const auto point = text.find('.');
  if (point != std::string::npos) {
    const auto rest = text.find_first_not_of("0123456789", point + 1);
    text.erase(point, rest == std::string::npos ? rest : rest - point);
  }
  return text.empty() ? nothing : printable(text);
}

std::string member(const nlohmann::json& x, const char* key) {
  return x.is_object() && x.contains(key) ? plain(x[key]) : nothing;
}

std::string list_text(const nlohmann::json& values, form how) {
  std::string all;
  for (const auto& x : values) {
    auto one = member(x, "name");
    if (how == form::points) {
      one = member(x, "statistic") + ' ' + member(x, "target");
      if (x.is_object() && x.contains("up_to"))
        one += " up to " + member(x["up_to"], "iops") + " IOPS";
    } else if (how == form::tiers) {
      one = "below " + member(x, "below") + ": " + member(x, "credit");
    }
    all += (all.empty() ? "" : ", ") + one;
  }
  return all.empty() ? nothing : all;
}

} // namespace

std::string shown(const nlohmann::json& value, form how) {
  if (value.is_null())
    return nothing;
  if (how == form::size)
    return std::to_string(value.size());
  if (value.is_array() && (how == form::points || how == form::names || how == form::tiers))
    return list_text(value, how);
  if (value.is_boolean() && how == form::yes_no)
    return value.get<bool>() ? "yes" : "no";
  if (value.is_string() && how == form::megabytes) {
    const auto read = parse_bandwidth(value.get_ref<const std::string&>());
    return read ? fixed(static_cast<double>(read->per_second) / 1e6, 1) : plain(value);
  }
  if (value.is_string() && how == form::moment)
    return moment_text(value.get<std::string>());
  return value.is_number() ? number_text(value, how) : plain(value);
}

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0u;
    if (byte == 0xc2 && next >= 0x80 && next < 0xa0) { // U+0080 to U+009F, which some terminals obey
      result += '?';
      ++i;
    } else {
      result += byte < 0x20 || byte == 0x7f ? '?' : text[i];
    }
  }
  return result;
}

std::size_t width(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

} // namespace sluice::ctl
