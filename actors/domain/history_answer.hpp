// What the past was: the answer to a question about it. Plain values; how they are shown is elsewhere.
#pragma once

#include "actors/domain/accounting.hpp"
#include "actors/domain/agreement.hpp"
#include "actors/domain/judged_span.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sluice {

/// A stream, or all streams of an agreement, in one part of a series. Percentiles are those of all requests in it.
struct series_point {
  wall_time at;              ///< its beginning
  std::uint32_t seconds = 0; ///< of which there are rows, the sum over the streams
  std::uint64_t completions = 0;
  std::uint64_t errors = 0;
  std::uint64_t read_bytes = 0;
  std::uint64_t write_bytes = 0;
  duration measured{0};         ///< measured time, the sum over the streams
  duration limited_by_rate{0};  ///< how long requests were held back
  duration limited_by_depth{0}; ///< how long requests were held back
  duration backend_mean{0};
  duration mean{0};
  duration p50{0};
  duration p90{0};
  duration p95{0};
  duration p99{0};
  duration p999{0};
  friend auto operator<=>(const series_point&, const series_point&) = default;
};

/// The whole agreement, among the points of a version.
inline constexpr std::int32_t whole_agreement = -1;

/// What became of the intervals of one objective in a period.
struct objective_account {
  std::uint32_t version = 0;
  std::int32_t point = 0; ///< as verdict.point
  interval_counts counts;
  friend auto operator<=>(const objective_account&, const objective_account&) = default;
};

/// What became of one agreement in a period.
struct agreement_account {
  agreement terms; ///< the last version in force in the period
  wall_time ended; ///< zero = in force at the end of the period
  wall_time from;  ///< the period, in the agreement's time zone
  wall_time to;
  interval_counts whole; ///< interval by interval (outcome_of_all)
  std::vector<objective_account> objectives;
  std::uint64_t to_come = 0; ///< intervals of the period that are not over yet
  friend auto operator<=>(const agreement_account&, const agreement_account&) = default;
};

/// A part of a period, for pictures.
struct partial_account {
  wall_time from;
  interval_counts whole;
  friend auto operator<=>(const partial_account&, const partial_account&) = default;
};

/// Counts of a window that ends now (or with the period): for burn rates.
struct window_account {
  duration length{0};
  interval_counts whole;
  friend auto operator<=>(const window_account&, const window_account&) = default;
};

/// Neighbouring violated intervals of one objective with the same cause and culprit.
struct violation {
  std::string agreement;
  std::uint32_t version = 0;
  std::uint32_t point = 0;
  wall_time from;
  duration length{0};
  std::uint64_t intervals = 0;
  violation_cause cause = violation_cause::none;
  std::string culprit;
  duration worst{0}; ///< of the promised statistic
  duration target{0};
  std::uint64_t least_iops = 0; ///< mean delivered rate of the worst interval
  std::uint64_t requests = 0;
  friend auto operator<=>(const violation&, const violation&) = default;
};

/// One line of a ranking.
struct ranked {
  std::string name;
  duration violated{0};         ///< time of agreements, each interval once
  std::uint64_t intervals = 0;  ///< violated
  std::uint64_t agreements = 0; ///< how many it concerns
  friend auto operator<=>(const ranked&, const ranked&) = default;
};

/// A time that was not counted, and by which entry.
struct excluded_span {
  std::int64_t exclusion = 0; ///< exclusion.id
  wall_time from;
  wall_time to;
  friend auto operator<=>(const excluded_span&, const excluded_span&) = default;
};

/// Where the chain of an agreement's verdicts stands, and the signed root that covers it.
struct proof {
  std::string chain;
  std::uint64_t position = 0; ///< of the last verdict of the period; 0 = there is none
  std::string hash;           ///< hexadecimal digits
  std::string root_day;       ///< the first day whose root covers it, `2026-11-22`; empty = not yet
  std::string root;           ///< hexadecimal digits
  std::string public_key;     ///< hexadecimal digits
  std::string signature;      ///< hexadecimal digits
  friend auto operator<=>(const proof&, const proof&) = default;
};

/// Holds what the question asked for; the rest is empty.
struct history_answer {
  wall_time from; ///< what it is about
  wall_time to;
  wall_time at;                            ///< when it was answered
  wall_time judged_until;                  ///< intervals of after it have no verdict yet; zero = none has
  duration resolution{0};                  ///< length of a part of the series
  std::string source;                      ///< of the series: samples, minutes or hours
  std::vector<series_point> series;        ///< parts without a row are left out
  std::uint32_t streams = 0;               ///< in the series
  std::uint32_t streams_left_out = 0;      ///< beyond the bound
  std::vector<agreement_account> accounts; ///< by name
  std::vector<partial_account> hours;      ///< of a report: each UTC hour with a verdict
  std::vector<window_account> windows;     ///< of one agreement
  std::vector<violation> violations;       ///< by time
  std::uint64_t violations_left_out = 0;   ///< of a report: not 0 = there are more than these
  std::vector<ranked> ranking;             ///< the most first
  std::vector<decision> decisions;         ///< by time
  std::vector<agreement_period> versions;  ///< of a report: in force in the period, ascending
  std::vector<exclusion> exclusions;       ///< that touch the period, withdrawn ones too
  std::vector<excluded_span> excluded;     ///< of one agreement: the spans that were not counted, by time
  std::vector<audit_entry> audit;          ///< newest first
  sluice::proof proof;
  std::string next; ///< where the next page begins; empty = there is none
  friend bool operator==(const history_answer&, const history_answer&) = default;
};

} // namespace sluice
