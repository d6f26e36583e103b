// Why a promise was not kept: the rules that name the cause of a bad second, and who carries most of an interval. Pure;
// does not decide whether it was kept.
#pragma once

#include "actors/domain/narrow_histogram.hpp"
#include "actors/domain/objective.hpp"
#include "actors/domain/shared_text.hpp"
#include "actors/domain/verdict.hpp"

#include <array>

namespace sluice {

/// What was true in a second and may explain it.
struct second_facts {
  bool unmeasured = false;    ///< a stream with traffic was not heard of: its gateway was lost or went silent
  bool deficit = false;       ///< less capacity than was promised
  bool held = false;          ///< throttles held requests back
  bool inside = false;        ///< more than half of the latency was spent in the gateway
  bool without_lease = false; ///< a gateway had not heard from the core for a lease, its envelope was in force
  bool culprit = false;       ///< another stream took more than it was promised
};

/// The first that applies: a gateway that was lost; a deficit; what our throttles or the gateway did; a core that was
/// away; a stream in excess; and if nothing of that, the backend. @param of_latency else of a reservation
[[nodiscard]] violation_cause cause_of(const second_facts& x, bool of_latency) noexcept;

/// How far a second's latencies break a point: time above the target for the mean, requests above it for a percentile.
[[nodiscard]] double severity_of(const narrow_histogram& x, const latency_point& point) noexcept;

/// Adds the bad seconds of an interval up.
class blame {
public:
  /// @param severity how bad, in one unit for the whole interval; not above zero = not bad
  void add(violation_cause cause, double severity, borrowed_text culprit);

  /// Who carries most of it; backend if there was no bad second. Of equals the first in the order of the values.
  [[nodiscard]] violation_cause cause() const noexcept;

  /// The stream of the worst second that a stream caused.
  [[nodiscard]] const shared_text& culprit() const noexcept {
    return culprit_;
  }
  void clear() noexcept;

private:
  static constexpr std::size_t causes = static_cast<std::size_t>(violation_cause::control) + 1;
  std::array<double, causes> carried_{};
  double worst_ = 0;
  shared_text culprit_;
};

} // namespace sluice
