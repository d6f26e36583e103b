// The rule by which one agreement's seconds become the verdicts of an interval. Pure; where the seconds come from and
// who chains the verdicts is elsewhere.
#pragma once

#include "actors/domain/agreement.hpp"
#include "actors/domain/blame.hpp"
#include "actors/domain/cost.hpp"
#include "actors/domain/narrow_histogram.hpp"
#include "actors/domain/record.hpp"

#include <cstdint>
#include <vector>

namespace sluice {

/// One second of one agreement: the sums over its streams.
struct judged_second {
  bool measured = false; ///< somebody was heard
  std::uint64_t arrivals = 0;
  std::uint64_t completions = 0;
  work done;
  bool waited = false; ///< requests waited in the gateway
  double length = 1;   ///< [s]
  second_facts facts;  ///< deficits and culprits, which only the core knows, are not among them

  /// What was asked for, in I/Os as promises count them (cost.hpp).
  [[nodiscard]] double asked() const noexcept;
  [[nodiscard]] bool had_traffic() const noexcept {
    return arrivals + completions > 0 || waited;
  }
};

/// What of a second reaches into the next one.
struct second_before {
  double asked = 0;
  double length = 0; ///< [s]
  bool had_traffic = false;
  bool unmeasured = false;
};

/// Up to which load a point is promised [I/O per second]; what is above the agreement's own limit never is. 0 = at any.
[[nodiscard]] double covered_up_to(const objective& terms, const latency_point& point) noexcept;

/// The figures of one agreement in the present interval.
class interval_rule {
public:
  void begin(const objective& terms);

  /// Adds the next second. `facts.unmeasured` is of this second alone. A point does not cover a second in which more
  /// was asked for, nor the one after it, which works off what waited. Whoever falls silent in the midst of its traffic
  /// was not measured, and what waited meanwhile burdens the next second. @pre begin() with as many points
  void add(const objective& terms, const judged_second& x, const narrow_histogram& total, const second_before& before);

  /// One verdict per latency point, then one for the reservation if there is one. Neither `from` nor who broke the
  /// promise according to anybody else is known here. @pre begin() with as many points
  [[nodiscard]] std::vector<final_verdict> verdicts(const agreement& terms) const;

private:
  struct point_figures {
    narrow_histogram covered; ///< of the seconds that the promise covers
    blame why;
  };
  void add_to_reservation(const objective& terms, const judged_second& x, const second_facts& facts);
  [[nodiscard]] final_verdict judge_point(const latency_point& terms, const point_figures& x) const;
  [[nodiscard]] final_verdict judge_reservation() const;

  std::vector<point_figures> points_;
  blame why_short_; ///< of the reservation
  std::uint64_t requests_ = 0;
  std::uint64_t completed_ = 0;
  std::uint32_t measured_seconds_ = 0;
  double length_ = 0;   ///< [s]
  double reserved_ = 0; ///< I/Os that the reservation grants in the seconds in which they were wanted
  double granted_ = 0;  ///< and of these, served
};

/// What the second leaves to the next one.
[[nodiscard]] second_before left_by(const judged_second& x, const second_before& before) noexcept;

} // namespace sluice
