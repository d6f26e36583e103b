// Who competes for a backend: an agreement with all its streams there, or a client without agreement (best effort).
#pragma once

#include "actors/domain/entity_ledger.hpp"
#include "actors/domain/promise.hpp"
#include "actors/domain/signal.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sluice {

/// The streams of one agreement on one backend share what it gets: splitting the traffic gains nothing. Streams without
/// agreement are one entity per client. Rates in I/O per second, times in seconds.
struct entity {
  std::string name; ///< of the agreement; of the client for best effort
  std::uint32_t version = 0;
  std::optional<objective> terms; ///< nothing for best effort
  sluice::promise promise;
  entity_ledger ledger; ///< its streams, and what was done for them

  // Summed up over the streams, new at every tick.
  double arrivals = 0;
  double demand = 0;
  double used = 0;
  double completions = 0;
  double backlog = 0;
  double in_flight = 0;
  double mean_in_flight = 0;
  double latency = 0; ///< mean of its streams' backend latencies, by requests; 0 = unknown
  double held_by_depth = 0;
  double held_by_rate = 0;
  bool fresh = false;
  instant active{0};

  // Carried from tick to tick.
  double smooth_arrivals = 0;
  int crowded_ticks = 0; ///< for how many ticks with samples more was outstanding than the promise explains
  instant excess_until{0};
  instant hungry_until{0};
  double guard = 1; ///< raises the depth of one that gets less than it was promised
  bool cut = false; ///< less than its promise holds, because of a deficit

  // Decided at every tick.
  bool excess = false;   ///< takes or asks for more than it was promised
  bool hungry = false;   ///< and would take more than it gets: the backend is what it waits for
  double entitled = 0;   ///< of its promise, what holds now; less than the promise only in a deficit
  double part = 0;       ///< rate that the plan gives it
  double depth = 0;      ///< requests in flight that the plan gives it; 0 = no cap
  bool cap_rate = false; ///< the depth is too coarse to hold `part`, the rate must

  [[nodiscard]] double outstanding() const noexcept {
    return backlog + in_flight;
  }
  /// Whether the core, not its own limit, held it back since the last tick. @pre not yet planned in this tick
  [[nodiscard]] bool held() const noexcept;
};

/// Sums the entity's streams up. `fresh` is the caller's to set: it knows whether a sample came.
void gather(entity& x, std::span<const stream_signal* const> streams) noexcept;

/// Decides `excess`. @param aim the latency aimed at on this backend
void judge_excess(entity& x, double aim, instant now, const control_policy& policy) noexcept;

/// Decides `hungry`, after `judge_excess` of all. @param endangered a promised latency is above its aim: then everybody
/// in excess is part of the cause
void judge_hunger(entity& x, double aim, bool endangered, instant now) noexcept;

} // namespace sluice
