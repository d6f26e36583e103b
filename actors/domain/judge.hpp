// Whether each promise was kept: adds samples up to seconds, seconds to intervals, and gives a verdict at the end of
// each interval. Pure; decides nothing about throttles.
#pragma once

#include "actors/domain/agreement.hpp"
#include "actors/domain/blame.hpp"
#include "actors/domain/cost.hpp"
#include "actors/domain/event.hpp"
#include "actors/domain/narrow_histogram.hpp"
#include "actors/domain/sample.hpp"
#include "actors/domain/verdict.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// What was wrong with a backend of the agreement during a tick.
struct circumstances {
  bool deficit = false;     ///< less capacity than was promised
  std::string_view culprit; ///< the stream that took most above its promise; empty = nobody
  bool unmeasured = false;  ///< a stream of the agreement that had traffic is not heard of any more
};

/// The figures of one agreement in the present second and interval.
class account {
public:
  void add(const sample& x);
  void add(const circumstances& x);

  /// Ends the second, and the interval when the wall clock passed its end. Verdicts only in the latter case: one per
  /// latency point and one for the reservation, if there is one. Intervals lie on the grid of the wall clock; their
  /// length in seconds is measured on the monotonic one. A step of the clock ends the interval early.
  [[nodiscard]] std::vector<verdict> advance(const agreement& x, instant now, wall_time label);

private:
  struct point_figures {
    narrow_histogram covered; ///< of the seconds in which no more was asked for than the promise covers
    bool exceeded = false;    ///< in the second before, more was asked for than that
    blame why;
  };
  void begin_second(instant now) noexcept;
  void begin_interval(const agreement& x, instant now, wall_time label);
  void end_second(const agreement& x, instant now);
  void end_second_of_point(const agreement& x, std::size_t point, double asked, double length);
  void end_second_of_reservation(const agreement& x, double asked, double counted, double length);
  [[nodiscard]] second_facts facts() const noexcept;
  [[nodiscard]] verdict judge_point(const agreement& x, std::size_t point) const;
  [[nodiscard]] verdict judge_reservation(const agreement& x) const;

  // The second.
  instant second_{0};
  std::uint64_t samples_ = 0;
  std::uint64_t arrivals_ = 0;
  std::uint64_t completions_ = 0;
  work done_;
  bool waited_ = false; ///< requests waited in the gateway
  narrow_histogram total_;
  duration total_sum_{0};
  duration backend_sum_{0};
  duration held_{0}; ///< how long throttles held requests back, summed up over the streams
  bool deficit_ = false;
  bool without_lease_ = false;
  bool unmeasured_ = false;
  std::string culprit_;

  // The second before.
  bool had_traffic_ = false;
  bool was_unmeasured_ = false;

  // The interval.
  bool begun_ = false;
  std::uint32_t version_ = 0;
  wall_time from_;
  wall_time to_;
  std::vector<point_figures> points_;
  blame why_short_; ///< of the reservation
  std::uint64_t requests_ = 0;
  std::uint64_t completed_ = 0;
  double length_ = 0;   ///< [s]
  double reserved_ = 0; ///< I/Os that the reservation grants in the seconds in which they were wanted
  double granted_ = 0;  ///< and of these, served
};

/// The accounts of all agreements, and whether each promise was kept last time. An account keeps its address.
struct judge_state {
  std::map<std::string, account> accounts;
  std::map<std::pair<std::string, std::uint32_t>, bool> broken; ///< by agreement and point
  std::vector<account*> by_position;                            ///< in the order of the agreements
  std::size_t next = 0; ///< the position that the next tick begins with, where it cannot do all
};

/// Most accounts that are looked at in one tick; the others have their turn in the next ones, so that the seconds and
/// intervals of very many agreements do not end in the same tick. Each second and interval is as long as it was
/// measured to be. Chosen: all of scenario 15's at once.
inline constexpr std::size_t max_accounts_per_tick = 10'000;

struct judgement {
  std::vector<verdict> verdicts;
  std::vector<event> events; ///< a promise was broken, or is kept again
};

/// Opens accounts for new agreements and drops those of agreements that ended.
void settle(judge_state& state, std::span<const agreement> agreements);

/// Advances the accounts, at most `max_accounts_per_tick` of them, and appends to `to`. Allocates nothing where no
/// interval ends. @pre settle() was called with the same agreements
void advance(judge_state& state, std::span<const agreement> agreements, instant now, wall_time label, judgement& to);

} // namespace sluice
