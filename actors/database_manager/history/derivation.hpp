// Everything that is derived from committed rows: minutes, hours, verdicts. A function of the rows, the findings and
// the versions of the agreements, in which order they came does not matter; reads no clock, writes no table.
#pragma once

#include "actors/database_manager/history/interval_book.hpp"
#include "actors/database_manager/history/roll_up.hpp"
#include "actors/database_manager/history/second_window.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <unordered_map>
#include <vector>

namespace sluice::history {

/// How far it has come, as in the table `progress` [s since 1970]. All zero: nothing was ever closed.
struct progress {
  std::int64_t seconds = 0; ///< rows of before are late; intervals that end by then are judged
  std::int64_t minutes = 0;
  std::int64_t hours = 0;
  friend bool operator==(const progress&, const progress&) = default;
};

/// What is to be committed together.
struct derived {
  std::vector<roll_up> minutes;
  std::vector<roll_up> hours;
  std::vector<final_verdict> verdicts;
  progress reached;
  bool begins = false; ///< `reached` is where it begins
  [[nodiscard]] bool empty() const noexcept {
    return !begins && minutes.empty() && hours.empty() && verdicts.empty();
  }
};

/// A second is closed when everything before it is known to be there and this long is over; by the labels of the
/// samples, not by a clock. Chosen: more than the 20 s that a performance monitor replays.
inline constexpr std::int64_t grace_s = 25;

/// The longest time without rows for which intervals are judged (as no data). Chosen.
inline constexpr std::int64_t max_catch_up_s = 86'400;

class derivation {
public:
  explicit derivation(std::size_t window_bound = second_window::max_rows) : window_(window_bound) {}

  /// Begins anew where `reached` says. Then come add_minute() of the minutes from reached.hours on, add() of the rows
  /// and findings from needed_from() on, and loaded(), which may come several times: it takes the seconds before
  /// closed_until() that are there, and they must be complete.
  void begin(const progress& reached, std::vector<version_span> versions);
  /// [s since 1970]; 0 = no rows are needed.
  [[nodiscard]] std::int64_t needed_from() const noexcept;
  void add_minute(const roll_up& x);
  void loaded();

  /// The versions of the agreements, when one was stored or ended.
  void replace(std::vector<version_span> versions) {
    intervals_.replace(std::move(versions));
  }

  /// A committed row. One of a held second is left out: it will be read. When far more rows wait than may, because what
  /// is due cannot be written, the newest second is held, so that memory is bounded.
  /// @pre its second is not before closed_until(), but for rows between begin() and loaded()
  void add(open_row x);

  /// The rows of this second and later are still to be read [s since 1970]: nothing of them is closed. Ends by
  /// release().
  void hold_from(std::int64_t second) noexcept {
    held_from_ = second;
  }
  void release() noexcept {
    held_from_ = nowhere;
  }
  [[nodiscard]] std::int64_t held_from() const noexcept {
    return held_from_;
  }
  /// Where to read on, when everything before is closed and more could be [s since 1970].
  [[nodiscard]] std::optional<std::int64_t> wants_rows_from() const noexcept {
    const bool wanted =
        held_from_ != nowhere && reached_.seconds >= held_from_ && everything_until_ - grace_s > held_from_;
    return wanted ? std::optional{held_from_} : std::nullopt;
  }
  void add(const verdict& finding) {
    intervals_.add(finding);
  }

  /// Everything of before this second is committed [s since 1970]; 0 and earlier ones than before change nothing.
  void know(std::int64_t everything_until_s) noexcept {
    everything_until_ = std::max(everything_until_, everything_until_s);
  }

  /// Closes what is `grace_s` older than what is known to be there, one minute at most.
  /// @return whether there is more to close: write what is due and call again
  bool advance();

  /// Rows of seconds before are late [s since 1970]; 0 = none is.
  [[nodiscard]] std::int64_t closed_until() const noexcept {
    return reached_.seconds;
  }

  /// What is to be written now.
  [[nodiscard]] const derived& due() const noexcept {
    return due_;
  }
  /// It is committed.
  void written() {
    due_ = {};
  }

  [[nodiscard]] std::size_t open_rows() const noexcept {
    return window_.rows();
  }

private:
  static constexpr auto nowhere = std::numeric_limits<std::int64_t>::max();

  void close_second(std::int64_t second);
  void end_minute();
  void end_hour();

  second_window window_;
  interval_book intervals_;
  progress reached_;
  std::int64_t everything_until_ = 0;
  std::int64_t held_from_ = nowhere;
  std::unordered_map<std::int32_t, roll_up> minute_; ///< the open one, by stream
  std::unordered_map<std::int32_t, roll_up> hour_;   ///< the open one, of its minutes that are closed
  derived due_;
};

} // namespace sluice::history
