// Up to which second everything is on its way or stored: what the database manager closes seconds by. Pure; reads no
// clock.
#pragma once

#include "actors/domain/units.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace sluice {

/// A label is believed to be at most so old when it comes; beyond it nobody waits for it. Chosen: a row's patience and
/// a second on the way.
inline constexpr duration label_patience = std::chrono::seconds{3};

/// Without a replay for so long the rows before this process are given up. More than the 20 s that a monitor keeps.
inline constexpr duration replay_patience = std::chrono::seconds{30};

/// A stream that was heard of within this time may have more samples of its last second.
inline constexpr duration stream_patience = std::chrono::seconds{10};

/// A gateway whose clock is further behind than this is not waited for: its rows come late. Chosen: two closings.
inline constexpr duration max_label_delay = std::chrono::seconds{60};

class completeness {
public:
  /// @param label the wall clock at the start; from then on only `monotonic` counts, so that a step changes nothing
  completeness(instant start, wall_time label) : start_(start), label_(label) {}

  void replayed() noexcept {
    replayed_ = true;
  }

  /// Zero while rows of before this process may still come.
  /// @param oldest_open the oldest second of which samples may come, @param oldest_unconfirmed of the rows and findings
  /// that the database has not confirmed
  [[nodiscard]] wall_time until(instant now, std::optional<wall_time> oldest_open,
                                std::optional<wall_time> oldest_unconfirmed) const noexcept {
    if (!replayed_ && now - start_ < replay_patience)
      return {};
    auto least = later(label_, now - start_ - label_patience);
    if (oldest_open)
      least = std::min(least, std::max(*oldest_open, later(label_, now - start_ - max_label_delay)));
    if (oldest_unconfirmed)
      least = std::min(least, *oldest_unconfirmed);
    return least;
  }

private:
  [[nodiscard]] static wall_time later(wall_time x, duration by) noexcept {
    return {x.unix_us + std::chrono::duration_cast<std::chrono::microseconds>(by).count()};
  }

  instant start_;
  wall_time label_;
  bool replayed_ = false;
};

} // namespace sluice
