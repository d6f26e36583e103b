// A bar: a figure taken from a run, and what it must be. Says nothing about how it is taken.
#pragma once

#include "actors/domain/event.hpp"
#include "actors/domain/objective.hpp"
#include "tests/sim/model/chance.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::sim {

/// What is measured. The names in a file are those of `name_of`; what each means is said in scenarios/README.md.
enum class measure : std::uint8_t {
  windows_met,
  rate_windows,
  rate,
  least_rate,
  most_rate,
  latency,
  recovered_within,
  ratio,
  fairness,
  share,
  total_vs_uncontrolled,
  commands_per_second,
  longest_wait,
  event_within,
  events,
  throttle_bytes_per_second,
};

/// In what a measure is given.
enum class unit : std::uint8_t { share, per_second, time, plain };

/// What counts as service.
enum class service_count : std::uint8_t { replies, bytes, device_time };

[[nodiscard]] std::string_view name_of(measure x) noexcept;
[[nodiscard]] std::optional<measure> parse_measure(std::string_view text) noexcept;
[[nodiscard]] unit unit_of(measure x) noexcept;

/// Figures are in the unit of the measure: shares 0 to 1, times in seconds.
struct bar_spec {
  measure what = measure::rate;
  std::string name;                 ///< for people; empty = made from the rest
  std::size_t line = 0;             ///< in the file
  std::vector<std::size_t> clients; ///< positions in scenario::clients
  std::vector<std::size_t> against; ///< ratio: the other side; share: the whole
  instant from{0};
  instant to{0};
  duration window = std::chrono::seconds{1};
  latency_statistic statistic = latency_statistic::mean;
  duration target{0};
  double per_second = 0; ///< rate_windows
  event_kind event = event_kind::capacity_deficit_began;
  service_count count = service_count::replies;
  bool at_device = false;    ///< latencies: from a gateway to the device and back, without the wait before
  bool each = false;         ///< taken of each client by itself, the worst counts
  bool uncontrolled = false; ///< taken from the run without control
  bool pooled = false;       ///< the mean over all seeds counts, not each seed
  std::optional<double> at_least;
  std::optional<double> at_most;
};

/// Whether a figure is where it must be; not a number is not.
[[nodiscard]] bool holds(const bar_spec& x, double figure) noexcept;

/// `at least 99%`, `at most 300ms`.
[[nodiscard]] std::string bound_text(const bar_spec& x);
[[nodiscard]] std::string figure_text(unit of, double x);

} // namespace sluice::sim
