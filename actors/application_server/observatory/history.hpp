// The last ten minutes of one stream, one point per second. Not what is stored for good; that is the database's.
#pragma once

#include "actors/domain/units.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sluice {

/// Ten minutes. 40 bytes each: 24 KB per stream, and memory is taken only as seconds come in.
inline constexpr std::size_t history_length = 600;

/// One second of a stream.
struct history_point {
  wall_time at; ///< beginning of the second
  float iops = 0;
  float bandwidth = 0; ///< bytes per second
  float mean_ms = 0;   ///< total latency
  float p99_ms = 0;
  float limit_iops = 0; ///< its throttle at the end of the second; 0 = none
  std::uint32_t backlog = 0;
  std::uint32_t in_flight = 0;
};

class history {
public:
  /// Appends a second; a second part of the last one is merged into it. At the bound the oldest is forgotten.
  void add(const history_point& x);

  /// The points not older than `from`, oldest first.
  [[nodiscard]] std::vector<history_point> since(wall_time from) const;

private:
  std::vector<history_point> ring_;
  std::size_t oldest_ = 0;
};

} // namespace sluice
