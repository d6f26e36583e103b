// Whether each promise was kept: adds samples up to seconds, seconds to intervals, and gives a verdict at the end of
// each interval. Pure; decides nothing about throttles.
#pragma once

#include "actors/domain/blame.hpp"
#include "actors/domain/cost.hpp"
#include "actors/domain/event.hpp"
#include "actors/domain/kept_agreement.hpp"
#include "actors/domain/narrow_histogram.hpp"
#include "actors/domain/sample.hpp"
#include "actors/domain/shared_text.hpp"
#include "actors/domain/verdict.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace sluice {

/// What was wrong with a backend of the agreement during a tick.
struct circumstances {
  bool deficit = false;    ///< less capacity than was promised
  borrowed_text culprit;   ///< the stream that took most above its promise; empty = nobody
  bool unmeasured = false; ///< a stream of the agreement that had traffic is not heard of any more
};

/// The figures of one agreement in the present second and interval.
class account {
public:
  account() = default;
  explicit account(shared_text name) noexcept : name_(std::move(name)) {}

  /// Of the agreement.
  [[nodiscard]] const shared_text& name() const noexcept {
    return name_;
  }

  void add(const sample& x);
  void add(const circumstances& x);

  /// Ends the second, and the interval when the wall clock passed its end. Verdicts only in the latter case: one per
  /// latency point and one for the reservation, if there is one. Intervals lie on the grid of the wall clock; their
  /// length in seconds is measured on the monotonic one. A step of the clock ends the interval early.
  /// @param may_conclude false: an interval that is over waits for its verdict; its seconds go on
  [[nodiscard]] std::vector<verdict> advance(const kept_agreement& x, instant now, wall_time label,
                                             bool may_conclude = true);

  /// Whether advance() would do nothing, as long as the agreement is the one it was called with last.
  [[nodiscard]] bool rests(instant now, wall_time label) const noexcept;

  /// Whether advance() would end the interval.
  [[nodiscard]] bool over(wall_time label) const noexcept {
    return begun_ && (label >= to_ || label < from_);
  }

  /// The next advance() begins anew if the agreement is another version.
  void settle(const kept_agreement& x) noexcept;

  /// Notes what became of a promise. True if that is new. @param point as of a verdict
  bool note_broken(std::uint32_t point, bool broken) noexcept;

private:
  struct point_figures {
    narrow_histogram covered;   ///< of the seconds in which no more was asked for than the promise covers
    std::unique_ptr<blame> why; ///< made with the first bad second
  };
  static void add_blame(std::unique_ptr<blame>& to, violation_cause cause, double severity, borrowed_text culprit);
  void begin_second(instant now) noexcept;
  void begin_interval(const kept_agreement& x, instant now, wall_time label);
  void end_second(const kept_agreement& x, instant now);
  void end_second_of_point(const kept_agreement& x, std::size_t point, double asked, double length);
  void end_second_of_reservation(const kept_agreement& x, double asked, double counted, double length);
  [[nodiscard]] second_facts facts() const noexcept;
  [[nodiscard]] verdict judge_point(const kept_agreement& x, std::size_t point) const;
  [[nodiscard]] verdict judge_reservation(const kept_agreement& x) const;

  // What every tick looks at.
  instant second_{0}; ///< when it began
  wall_time from_;    ///< of the interval
  wall_time to_;
  bool begun_ = false;
  bool percentiles_ = false; ///< one is promised: then buckets are of interest
  // The second before.
  bool had_traffic_ = false;
  bool was_unmeasured_ = false;
  // The second.
  bool waited_ = false; ///< requests waited in the gateway
  bool deficit_ = false;
  bool without_lease_ = false;
  bool unmeasured_ = false;
  bool any_requests_ = false; ///< in the interval
  std::uint32_t version_ = 0;
  std::uint32_t broken_ = 0;   ///< bit i: point i was, in the last interval that said so
  std::uint32_t exceeded_ = 0; ///< bit i: in the second before, more was asked for than point i covers
  std::uint32_t point_count_ = 0;
  shared_text name_;

  std::uint64_t samples_ = 0;
  std::uint64_t arrivals_ = 0;
  std::uint64_t completions_ = 0;
  work done_;
  narrow_histogram total_;
  duration total_sum_{0};
  duration backend_sum_{0};
  duration held_{0}; ///< how long throttles held requests back, summed up over the streams
  shared_text culprit_;

  // The interval.
  std::unique_ptr<point_figures[]> points_; ///< `point_count_` of them
  std::unique_ptr<blame> why_short_;        ///< of the reservation
  std::uint64_t completed_ = 0;
  double length_ = 0;   ///< [s]
  double reserved_ = 0; ///< I/Os that the reservation grants in the seconds in which they were wanted
  double granted_ = 0;  ///< and of these, served
};

/// The accounts of all agreements. An account keeps its address until the agreements are others.
struct judge_state {
  std::vector<account> accounts; ///< in the order of the agreements
  std::size_t next = 0;          ///< the position that the next tick begins with, where it cannot do all
};

/// Most accounts that are looked at in one tick; the others have their turn in the next ones, so that the seconds and
/// intervals of very many agreements do not end in the same tick. Each second and interval is as long as it was
/// measured to be. Chosen: all of scenario 15's at once.
inline constexpr std::size_t max_accounts_per_tick = 10'000;

/// Of the accounts whose interval is over so many get their verdicts in one tick; the others wait, as intervals mostly
/// end together. Chosen: a second's worth of ticks for scenario 15, two at most for any number.
[[nodiscard]] constexpr std::size_t max_conclusions_per_tick(std::size_t accounts) noexcept {
  return std::max<std::size_t>(1000, accounts / 20);
}

struct judgement {
  std::vector<verdict> verdicts;
  std::vector<event> events; ///< a promise was broken, or is kept again
};

/// Opens accounts for new agreements and drops those of agreements that ended; the others are known by their names.
void settle(judge_state& state, std::span<const kept_agreement> agreements);

/// Advances the accounts, at most `max_accounts_per_tick` of them, and appends to `to`. Allocates nothing where no
/// interval ends. @pre settle() was called with the same agreements
void advance(judge_state& state, std::span<const kept_agreement> agreements, instant now, wall_time label,
             judgement& to);

} // namespace sluice
