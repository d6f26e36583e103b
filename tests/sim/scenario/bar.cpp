// Words and comparison.
#include "tests/sim/scenario/bar.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

namespace sluice::sim {

namespace {

struct entry {
  measure what;
  std::string_view name;
  unit in;
};

constexpr std::array entries{
    entry{measure::windows_met, "windows_met", unit::share},
    entry{measure::rate_windows, "rate_windows", unit::share},
    entry{measure::rate, "rate", unit::per_second},
    entry{measure::least_rate, "least_rate", unit::per_second},
    entry{measure::most_rate, "most_rate", unit::per_second},
    entry{measure::latency, "latency", unit::time},
    entry{measure::recovered_within, "recovered_within", unit::time},
    entry{measure::ratio, "ratio", unit::plain},
    entry{measure::fairness, "fairness", unit::plain},
    entry{measure::share, "share", unit::share},
    entry{measure::total_vs_uncontrolled, "total_vs_uncontrolled", unit::share},
    entry{measure::commands_per_second, "commands_per_second", unit::plain},
    entry{measure::longest_wait, "longest_wait", unit::time},
    entry{measure::event_within, "event_within", unit::time},
    entry{measure::events, "events", unit::plain},
    entry{measure::throttle_bytes_per_second, "throttle_bytes_per_second", unit::plain},
};

const entry& entry_of(measure x) noexcept {
  return entries[static_cast<std::size_t>(x)];
}

std::string number(const char* format, double x) {
  char text[64];
  std::snprintf(text, sizeof text, format, x);
  return text;
}

} // namespace

std::string_view name_of(measure x) noexcept {
  return entry_of(x).name;
}

unit unit_of(measure x) noexcept {
  return entry_of(x).in;
}

std::optional<measure> parse_measure(std::string_view text) noexcept {
  for (const auto& x : entries)
    if (x.name == text)
      return x.what;
  return std::nullopt;
}

bool holds(const bar_spec& x, double figure) noexcept {
  constexpr double rounding = 1e-9; // of sums of windows
  return !std::isnan(figure) && (!x.at_least || figure >= *x.at_least - rounding)
         && (!x.at_most || figure <= *x.at_most + rounding);
}

std::string figure_text(unit of, double x) {
  if (std::isnan(x))
    return "nothing measured";
  if (std::isinf(x))
    return "never";
  switch (of) {
  case unit::share:
    return number("%.4g", x * 100) + "%";
  case unit::per_second:
    return number("%.1f", x) + "/s";
  case unit::time:
    return x < 1 ? number("%.4g", x * 1e3) + "ms" : number("%.4g", x) + "s";
  case unit::plain:
    break;
  }
  return x >= 1000 ? number("%.0f", x) : number("%.4g", x);
}

std::string bound_text(const bar_spec& x) {
  const auto in = unit_of(x.what);
  std::string text;
  if (x.at_least)
    text = "at least " + figure_text(in, *x.at_least);
  if (x.at_most)
    text += (text.empty() ? "" : ", ") + ("at most " + figure_text(in, *x.at_most));
  return text;
}

} // namespace sluice::sim
