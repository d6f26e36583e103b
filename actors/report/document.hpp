// A report: what was promised to whom, what was kept in a period, why not, and what proves it. One value, from which
// text, JSON and HTML are made. Pure.
#pragma once

#include "actors/domain/error_budget.hpp"
#include "actors/domain/history_answer.hpp"
#include "actors/domain/remedy.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sluice::report {

/// One objective of one version.
struct objective_part {
  std::uint32_t version = 0;
  std::string promise; ///< promise_text()
  interval_counts counts;
};

/// How fast the budget was used up in a window that ends with the last verdict.
struct burn_part {
  duration length{0};
  std::optional<std::uint64_t> rate_milli;
  std::uint32_t threshold_milli = 0;
  bool alert = false; ///< above the threshold, also in its partner
};

/// A day on the agreement's clocks. An hour belongs to the day in which it begins.
struct day_part {
  wall_time from;
  interval_counts counts;
};

/// Violated time by cause.
struct cause_part {
  violation_cause cause = violation_cause::none;
  std::string culprit;
  duration length{0};
};

/// An exclusion that touches the period.
struct exclusion_part {
  exclusion entry;
  bool withdrawn = false;  ///< with effect in this period
  std::uint32_t times = 0; ///< in the period
  duration length{0};      ///< in the period
};

/// An entry, or one that takes another back, which changed what was excluded after the end of the period, or after the
/// end of a month in it.
struct correction_part {
  exclusion entry;
  bool after_end = false; ///< of the period
};

struct document {
  std::string period; ///< as it was asked for
  std::string time_zone;
  agreement terms;
  wall_time from;
  wall_time to;
  wall_time made;
  wall_time judged_until;
  bool is_over = false; ///< every interval of the period has its verdict
  interval_counts whole;
  std::vector<objective_part> objectives;
  error_budget budget;
  std::vector<burn_part> burn;
  std::optional<remedy_tier> credit;
  std::vector<violation> violations;
  bool violations_complete = true;
  std::vector<cause_part> causes; ///< the most time first; of the violations that are listed
  std::vector<day_part> days;
  std::vector<partial_account> hours;
  std::vector<series_point> series;
  duration resolution{0};
  std::uint32_t streams = 0;
  std::uint32_t streams_left_out = 0;
  std::vector<agreement_period> versions;
  std::vector<exclusion_part> exclusions;
  std::vector<correction_part> corrections; ///< in the order of entry
  sluice::proof proof;

  [[nodiscard]] std::uint32_t target_ppm() const noexcept {
    return terms.objective.compliance.target_ppm;
  }
  [[nodiscard]] duration interval() const noexcept {
    return terms.objective.compliance.interval;
  }
};

/// @pre the answer is one to a question of kind report
[[nodiscard]] document make_document(const history_answer& x, const std::string& period);

/// One sentence: kept or not, by how much, and what follows.
[[nodiscard]] std::string summary(const document& x);

/// What was changed afterwards, without when, by whom and why: `After the period's end exclusion 7 was taken back`.
[[nodiscard]] std::string correction_text(const correction_part& x);

[[nodiscard]] std::string text(const document& x);
[[nodiscard]] std::string json_text(const document& x);
/// One file without anything outside of it; prints to A4.
[[nodiscard]] std::string html(const document& x);

} // namespace sluice::report
