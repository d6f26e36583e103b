// Values of an answer as text for people. Pure; a missing value is a hyphen.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace sluice::ctl {

/// How a value is shown.
enum class form : unsigned char {
  text,      ///< as it is; numbers without decimals that say nothing
  count,     ///< a whole number
  figure,    ///< one decimal below 100, none from there on and for whole numbers
  megabytes, ///< bytes (per second) as MB with one decimal, also from a text such as 1GB/s
  millis,    ///< milliseconds, two decimals below 10, else one
  yes_no,
  moment, ///< RFC 3339 without the fraction of a second
  size,   ///< how many elements
  tiers,  ///< remedies: `below 99.9%: 10%`
  points, ///< latency promises: `mean 5ms up to 2500 IOPS`
  names,  ///< the `name` of each element
  share,  ///< parts per million as a percentage
  length, ///< seconds as days, hours, minutes and seconds
};

[[nodiscard]] std::string shown(const nlohmann::json& value, form how);

/// Control characters (of ASCII and of Latin-1 in UTF-8) become `?`: nobody's text drives the terminal.
[[nodiscard]] std::string printable(std::string_view text);

/// How many columns a UTF-8 text takes, one per code point.
[[nodiscard]] std::size_t width(std::string_view text) noexcept;

} // namespace sluice::ctl
