// What one client saw, in bins of 100 ms by the time of the reply. Takes figures, judges nothing.
#pragma once

#include "actors/domain/objective.hpp"
#include "actors/domain/units.hpp"

#include <cstdint>
#include <vector>

namespace sluice::sim {

class experience {
public:
  static constexpr duration bin_length = std::chrono::milliseconds{100};

  struct bin {
    std::uint32_t count = 0;
    duration longest{0};
    duration sum{0};
    duration at_device{0}; ///< sum of the time between gateway and device, the queue there included
    std::uint64_t bytes = 0;
    duration device_time{0};
  };
  struct reply {
    instant at;
    duration latency;
  };

  /// Every latency is kept, too: for percentiles. Before the first reply.
  void keep_each() noexcept {
    keep_each_ = true;
  }

  struct served {
    duration latency;     ///< from the client's question to its answer
    duration at_device;   ///< of this, beyond the gateway
    duration device_time; ///< of this, served and not waiting
    std::uint32_t bytes;
  };
  void record(instant now, const served& x);

  /// All replies in [from, to), which are rounded down to whole bins.
  [[nodiscard]] bin sum(instant from, instant to) const noexcept;

  /// Adds the latencies of the replies in [from, to). @pre keep_each()
  void collect(instant from, instant to, std::vector<duration>& into) const;

  [[nodiscard]] const std::vector<bin>& bins() const noexcept {
    return bins_;
  }

private:
  std::vector<bin> bins_;
  bool keep_each_ = false;
  std::vector<reply> each_; ///< by time
};

/// The statistic of these latencies; of a percentile p the least that at least p of them do not exceed. Zero if there
/// are none. Changes the order.
[[nodiscard]] duration statistic_of(std::vector<duration>& latencies, latency_statistic which);

} // namespace sluice::sim
