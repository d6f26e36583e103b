// Rounding and units.
#include "shm/inspect/figures.hpp"

#include <array>
#include <cstdio>
#include <ctime>

namespace sluice::shm::inspect {

namespace {

/// Three significant digits.
std::string three_digits(double x) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), x < 9.995 ? "%.2f" : x < 99.95 ? "%.1f" : "%.0f", x);
  return text.data();
}

std::string with_unit(double x, const char* units, const char* after) {
  for (; x >= 999.5 && units[1] != '\0'; ++units)
    x /= 1000;
  return three_digits(x) + (*units == ' ' ? "" : std::string{*units}) + after;
}

} // namespace

std::string count_text(std::uint64_t x) {
  if (x >= 1'000'000)
    return with_unit(static_cast<double>(x) / 1e6, "MGTPE", "");
  auto text = std::to_string(x);
  if (text.size() > 3)
    text.insert(text.size() - 3, ",");
  return text;
}

std::string bytes_text(double x) {
  if (x < 999.5) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%.0f B", x);
    return text.data();
  }
  const auto text = with_unit(x / 1000, "kMGTPE", "B");
  return text.substr(0, text.size() - 2) + " " + text.substr(text.size() - 2);
}

std::string rate_text(double x) {
  if (x <= 0)
    return "0";
  if (x < 99.95) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%.1f", x);
    return text.data();
  }
  return count_text(static_cast<std::uint64_t>(x + 0.5));
}

std::string span_text(std::chrono::milliseconds x) {
  const auto ms = x.count();
  if (ms < 10'000)
    return ms < 1'000 ? std::to_string(ms) + " ms"
                      : std::to_string(ms / 1'000) + "." + std::to_string(ms / 100 % 10) + " s";
  const auto s = ms / 1'000;
  if (s < 120)
    return std::to_string(s) + " s";
  if (s < 7'200)
    return std::to_string(s / 60) + " min";
  return s < 172'800 ? std::to_string(s / 3'600) + " h" : std::to_string(s / 86'400) + " d";
}

std::string time_text(std::chrono::system_clock::time_point x) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(x.time_since_epoch());
  const auto s = std::chrono::floor<std::chrono::seconds>(ms);
  const std::time_t whole = s.count();
  std::tm parts{};
  if (::gmtime_r(&whole, &parts) == nullptr)
    return "unknown";
  std::array<char, 32> day{};
  std::array<char, 48> text{};
  std::strftime(day.data(), day.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text.data(), text.size(), "%s.%03dZ", day.data(), static_cast<int>((ms - s).count()));
  return text.data();
}

} // namespace sluice::shm::inspect
