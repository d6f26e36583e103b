// What an agreement promises and allows: the terms, without saying to whom. Holds no decision.
#pragma once

#include "actors/domain/units.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// Who yields first in a capacity deficit: lower tiers first (control.md, scenario 8). The order of the values counts.
enum class tier : std::uint8_t { best_effort, bronze, silver, gold };

/// Which figure of the latency distribution is promised.
enum class latency_statistic : std::uint8_t { mean, p50, p90, p95, p99, p999 };

/// Over which window compliance is accounted.
enum class compliance_window : std::uint8_t { calendar_month, rolling_30_days, rolling_7_days };

[[nodiscard]] std::string_view to_string(tier x) noexcept;
[[nodiscard]] std::string_view to_string(latency_statistic x) noexcept;
[[nodiscard]] std::string_view to_string(compliance_window x) noexcept;
[[nodiscard]] std::optional<tier> parse_tier(std::string_view text) noexcept;
[[nodiscard]] std::optional<latency_statistic> parse_latency_statistic(std::string_view text) noexcept;
[[nodiscard]] std::optional<compliance_window> parse_compliance_window(std::string_view text) noexcept;

/// The quantile of a statistic, 0.5 to 0.999; 0 for the mean.
[[nodiscard]] double quantile_of(latency_statistic x) noexcept;

/// A faster rate for a limited time: after idling, `iops` may be used for `length` before the limit applies again.
struct burst {
  rate iops;
  duration length{0};
  friend auto operator<=>(const burst&, const burst&) = default;
};

/// The most that the selected streams may take together.
struct limit {
  rate iops;
  rate bandwidth; ///< bytes per second
  std::optional<burst> above;
  friend auto operator<=>(const limit&, const limit&) = default;
};

/// One promised point: while the streams ask for at most `up_to`, the statistic stays at or below `target`.
struct latency_point {
  latency_statistic statistic = latency_statistic::mean;
  duration target{0};
  rate up_to; ///< I/O operations per second; unlimited = promised at any load
  friend auto operator<=>(const latency_point&, const latency_point&) = default;
};

/// What the provider gives back when compliance falls below a tier.
struct remedy_tier {
  std::uint32_t below_ppm = 0;  ///< compliance of a period [parts per million]
  std::uint32_t credit_ppm = 0; ///< part of the period's price [parts per million]
  friend auto operator<=>(const remedy_tier&, const remedy_tier&) = default;
};

/// How it is judged whether the promise was kept.
struct compliance {
  duration interval = std::chrono::seconds{10};
  std::uint32_t target_ppm = 990'000; ///< share of intervals to be met [parts per million]
  compliance_window window = compliance_window::calendar_month;
  std::string time_zone = "UTC";       ///< in which windows and periods begin, as in the tz database
  std::vector<remedy_tier> remedies{}; ///< in the order of the document; the lowest tier that is not reached counts
  friend auto operator<=>(const compliance&, const compliance&) = default;
};

/// The terms for all selected streams together: splitting the traffic into more streams gains nothing.
///
/// All I/O operations per second that are promised or limited here are counted in requests of at most 16 KiB: a larger
/// request counts as several, ceil(size / 16 KiB) (cost.hpp, promised_ios(); provisioned volumes of clouds are counted
/// alike). A gateway that has lost the core counts requests.
struct objective {
  rate reservation; ///< I/O operations per second granted at any time; unlimited = none is granted
  sluice::limit limit;
  std::uint32_t weight = 1; ///< share of what is left over, 1 to 1000
  sluice::tier tier = sluice::tier::bronze;
  std::vector<latency_point> latency;
  sluice::compliance compliance;
  friend auto operator<=>(const objective&, const objective&) = default;
};

} // namespace sluice
