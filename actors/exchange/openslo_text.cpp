// The documents, line by line.
#include "actors/exchange/openslo_text.hpp"

#include "actors/domain/quantity.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace sluice::exchange {

namespace {

constexpr std::size_t longest_label = 63; ///< RFC 1123
constexpr std::size_t longest_display_name = 63;

/// FNV-1a, to tell names apart that become the same label.
std::uint32_t checksum(std::string_view text) noexcept {
  std::uint32_t result = 2'166'136'261U;
  for (const auto c : text)
    result = (result ^ static_cast<unsigned char>(c)) * 16'777'619U;
  return result;
}

/// A label of RFC 1123 for any name: the name itself if it is one and short enough, else what is left of it and a
/// checksum.
std::string label_of(std::string_view name, std::string_view suffix) {
  const auto room = longest_label - suffix.size();
  std::string result;
  for (const auto c : name) {
    const auto lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const auto fits = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    if (fits || !result.empty())
      result += fits ? lower : '-';
  }
  if (result != name || result.size() > room || result.ends_with('-')) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%08x", checksum(name));
    result.resize(std::min(result.size(), room - 9));
    result += (result.empty() ? "x" : "-") + std::string{text.data()};
  }
  return result + std::string{suffix};
}

/// Names hold no character that a double-quoted text would need to escape (valid_name).
std::string quoted(std::string_view x) {
  return '"' + std::string{x} + '"';
}

/// A share as a decimal number: 0.999.
std::string share_text(std::uint32_t ppm) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%u.%06u", ppm / 1'000'000, ppm % 1'000'000);
  std::string result{text.data()};
  result.erase(result.find_last_not_of('0') + 1);
  return result.ends_with('.') ? result + '0' : result;
}

std::string window_lines(const agreement& x, const calendar::zone& in) {
  const auto rolling = [](const char* days) {
    std::string out{"    - duration: "};
    out += days; // operator+ gives g++ 12 a false alarm here
    out += "\n      isRolling: true\n";
    return out;
  };
  switch (x.objective.compliance.window) {
  case compliance_window::rolling_7_days:
    return rolling("7d");
  case compliance_window::rolling_30_days:
    return rolling("30d");
  case compliance_window::calendar_month:
    break;
  }
  const auto since = calendar::date_of(in.shown_at(x.since));
  std::array<char, 64> begin{};
  std::snprintf(begin.data(), begin.size(), "%04d-%02u-01 00:00:00", since.year, since.month);
  return "    - duration: 1M\n      isRolling: false\n      calendar:\n        startTime: " + quoted(begin.data())
         + "\n        timeZone: " + quoted(x.objective.compliance.time_zone) + "\n";
}

std::string source_lines(const char* which, const agreement& x, std::size_t point, const char* outcomes) {
  return std::string{"        "} + which + ":\n          metricSource:\n            type: Sluice\n            spec:\n"
         + "              agreement: " + quoted(x.name) + "\n              point: " + quoted(std::to_string(point))
         + "\n              outcome: " + quoted(outcomes) + "\n";
}

std::string slo_text(const agreement& x, std::size_t point, const calendar::zone& in) {
  const auto& terms = x.objective.latency[point];
  const auto& judged = x.objective.compliance;
  const auto statistic = std::string{to_string(terms.statistic)};
  const auto target = duration_text(terms.target);
  const auto name = label_of(x.name, "-latency-" + std::to_string(point));
  auto promise = statistic + " latency of at most " + target;
  if (!terms.up_to.unlimited())
    promise += " up to " + std::to_string(terms.up_to.per_second) + " IOPS";
  auto shown = x.name + ": " + statistic + " " + target;
  shown.resize(std::min(shown.size(), longest_display_name));
  return "---\napiVersion: openslo/v1\nkind: SLO\nmetadata:\n  name: " + quoted(name)
         + "\n  displayName: " + quoted(shown) + "\n  annotations:\n    agreement: " + quoted(x.name)
         + "\n    version: " + quoted(std::to_string(x.version)) + "\n    statistic: " + quoted(statistic)
         + "\n    target: " + quoted(target) + "\n    up-to-iops: " + quoted(std::to_string(terms.up_to.per_second))
         + "\nspec:\n  description: "
         + quoted("Share of intervals of " + duration_text(judged.interval) + " with a " + promise
                  + ". Intervals of a higher load, without data or excluded do not count.")
         + "\n  service: " + quoted(label_of(x.tenant, "")) + "\n  indicator:\n    metadata:\n      name: "
         + quoted(name) + "\n    spec:\n      ratioMetric:\n        counter: true\n"
         + source_lines("good", x, point, "met") + source_lines("total", x, point, "met violated") + "  timeWindow:\n"
         + window_lines(x, in) + "  budgetingMethod: Occurrences\n  objectives:\n    - displayName: "
         + quoted(percent_text(judged.target_ppm)) + "\n      target: " + share_text(judged.target_ppm) + "\n";
}

} // namespace

std::string write_openslo(const agreement& x, const calendar::zone& in) {
  auto result = "---\napiVersion: openslo/v1\nkind: Service\nmetadata:\n  name: " + quoted(label_of(x.tenant, ""))
                + "\n  annotations:\n    tenant: " + quoted(x.tenant)
                + "\nspec:\n  description: " + quoted("Storage I/O of the tenant " + x.tenant + ".") + "\n";
  for (std::size_t point = 0; point < x.objective.latency.size(); ++point)
    result += slo_text(x, point, in);
  return result;
}

} // namespace sluice::exchange
