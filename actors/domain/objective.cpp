// Names of the enumerations in an objective, both ways.
#include "actors/domain/objective.hpp"

#include <array>
#include <utility>

namespace sluice {

namespace {

template<class T, std::size_t N>
using name_table = std::array<std::pair<T, std::string_view>, N>;

constexpr name_table<tier, 4> tiers{{
    {tier::best_effort, "best-effort"},
    {tier::bronze, "bronze"},
    {tier::silver, "silver"},
    {tier::gold, "gold"},
}};

constexpr name_table<latency_statistic, 6> statistics{{
    {latency_statistic::mean, "mean"},
    {latency_statistic::p50, "p50"},
    {latency_statistic::p90, "p90"},
    {latency_statistic::p95, "p95"},
    {latency_statistic::p99, "p99"},
    {latency_statistic::p999, "p99.9"},
}};

constexpr name_table<compliance_window, 3> windows{{
    {compliance_window::calendar_month, "calendar-month"},
    {compliance_window::rolling_30_days, "rolling-30-days"},
    {compliance_window::rolling_7_days, "rolling-7-days"},
}};

template<class T, std::size_t N>
constexpr std::string_view name_of(const name_table<T, N>& table, T value) noexcept {
  for (const auto& [known, name] : table)
    if (known == value)
      return name;
  return "invalid";
}

template<class T, std::size_t N>
constexpr std::optional<T> value_of(const name_table<T, N>& table, std::string_view text) noexcept {
  for (const auto& [known, name] : table)
    if (name == text)
      return known;
  return std::nullopt;
}

} // namespace

std::string_view to_string(tier x) noexcept {
  return name_of(tiers, x);
}
std::string_view to_string(latency_statistic x) noexcept {
  return name_of(statistics, x);
}
std::string_view to_string(compliance_window x) noexcept {
  return name_of(windows, x);
}
std::optional<tier> parse_tier(std::string_view text) noexcept {
  return value_of(tiers, text);
}
std::optional<latency_statistic> parse_latency_statistic(std::string_view text) noexcept {
  return value_of(statistics, text);
}
std::optional<compliance_window> parse_compliance_window(std::string_view text) noexcept {
  return value_of(windows, text);
}

double quantile_of(latency_statistic x) noexcept {
  switch (x) {
  case latency_statistic::mean:
    return 0.0;
  case latency_statistic::p50:
    return 0.5;
  case latency_statistic::p90:
    return 0.9;
  case latency_statistic::p95:
    return 0.95;
  case latency_statistic::p99:
    return 0.99;
  case latency_statistic::p999:
    return 0.999;
  }
  return 0.0;
}

} // namespace sluice
