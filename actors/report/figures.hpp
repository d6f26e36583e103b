// How figures stand in a report: percentages, times on the agreement's clocks, lengths, rates, and the words of terms.
// Pure.
#pragma once

#include "actors/calendar/zone.hpp"
#include "actors/domain/agreement.hpp"
#include "actors/domain/units.hpp"
#include "actors/domain/verdict.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::report {

/// The clocks that a report is written by. Falls back to UTC where the agreement's zone is not known here.
class clocks {
public:
  explicit clocks(const std::string& zone_name);

  [[nodiscard]] const std::string& name() const noexcept {
    return name_;
  }
  /// `2026-11-03 14:05:10`
  [[nodiscard]] std::string moment(wall_time x) const;
  /// `2026-11-03`
  [[nodiscard]] std::string day(wall_time x) const;
  /// `3 Nov`
  [[nodiscard]] std::string short_day(wall_time x) const;
  [[nodiscard]] calendar::day_date date(wall_time x) const;
  /// Where the month of `x` begins.
  [[nodiscard]] wall_time month_begin(wall_time x) const;

private:
  std::string name_;
  std::optional<calendar::zone> zone_;
};

/// `99.95 %`; a hyphen where there is none.
[[nodiscard]] std::string percent(std::optional<std::uint32_t> ppm);

/// `2 d 3 h`, `1 h 5 min 10 s`, `0 s`: the two or three largest units; below a second `250 ms`.
[[nodiscard]] std::string length(duration x);

/// `4.21 ms`, `850 us`, `1.20 s`.
[[nodiscard]] std::string latency(duration x);

/// `2,500`
[[nodiscard]] std::string count(std::uint64_t x);

/// The exact value with a space before each unit: `5 ms`.
[[nodiscard]] std::string exact(duration x);

/// A burn rate of thousandths: `1.5`.
[[nodiscard]] std::string burn(std::optional<std::uint64_t> milli);

/// `p99 latency at most 20 ms up to 2,500 IOPS`, `1,500 IOPS at any time`. @param point as verdict.point
[[nodiscard]] std::string promise_text(const objective& x, std::uint32_t point);

/// `another client's stream`, for people.
[[nodiscard]] std::string_view cause_text(violation_cause x) noexcept;

} // namespace sluice::report
