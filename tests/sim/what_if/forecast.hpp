// Who would keep which promise, before and after: the recorded traffic under the core's own loop, judged by the core's
// own judge. Prints nothing.
#pragma once

#include "actors/domain/admission.hpp"
#include "actors/domain/verdict.hpp"
#include "tests/sim/what_if/question.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sluice::sim {

/// One latency point or reservation over all intervals that ended in a run.
struct judged_promise {
  std::uint64_t met = 0;
  std::uint64_t violated = 0;
  std::uint64_t exempt = 0;  ///< more was asked for than the promise covers
  std::uint64_t no_data = 0; ///< nothing was asked for
  duration worst{0};         ///< latency point: the statistic in its worst interval
  std::uint64_t least = 0;   ///< reservation: the rate in its worst judged interval [I/O per second]
  violation_cause cause = violation_cause::none; ///< of the first violated interval
  std::string culprit;                           ///< likewise; may be empty
  std::uint32_t target_ppm = 0;                  ///< share of intervals to be met

  [[nodiscard]] std::uint64_t judged() const noexcept {
    return met + violated;
  }
  [[nodiscard]] bool kept() const noexcept {
    return judged() > 0 && met * 1'000'000 >= judged() * target_ppm;
  }
};

/// What the streams of an agreement got, as their clients saw it.
struct experienced {
  bool active = false;
  double rate = 0;       ///< replies per second while it was active
  double least_rate = 0; ///< in its worst second of those
  duration latency{0};   ///< mean
  duration worst{0};     ///< mean of its worst second
};

/// An agreement in one of the runs; `terms` is nothing if it is not in force there.
struct forecast_side {
  std::optional<agreement> terms;
  std::vector<judged_promise> promises; ///< by latency point, then the reservation, if there is one
  experienced seen;
};

struct agreement_forecast {
  std::string name; ///< empty = all streams without agreement
  forecast_side before;
  forecast_side after;

  /// Where a promise of before stands after: a latency point of the same statistic and load. Nothing if it is not made
  /// any more.
  [[nodiscard]] std::optional<std::size_t> counterpart(std::size_t before_position) const;

  /// Positions (after) of promises that are kept before and judged, but not kept, after; one that is not made any more
  /// is not lost.
  [[nodiscard]] std::vector<std::size_t> lost() const;
};

struct forecast {
  std::vector<agreement_forecast> agreements; ///< by name; those without agreement last
  std::optional<admission_verdict> admission; ///< of a new agreement, by the storage as described
  [[nodiscard]] std::size_t lost() const;
};

[[nodiscard]] forecast answer(const question& x);

} // namespace sluice::sim
