// Who competes for a backend: an agreement with all its streams there, or a client without agreement (best effort).
#pragma once

#include "actors/domain/burst_credit.hpp"
#include "actors/domain/cost.hpp"
#include "actors/domain/entity_ledger.hpp"
#include "actors/domain/latency_aims.hpp"
#include "actors/domain/promise.hpp"
#include "actors/domain/shared_text.hpp"
#include "actors/domain/signal.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace sluice {

struct kept_agreement;

/// The streams of one agreement on one backend share what it gets: splitting the traffic gains nothing. Streams without
/// agreement are one entity per client. Rates in requests per second, times in seconds; promises are counted in I/O of
/// at most `promised_io_bytes`, and entities compete in units (cost.hpp).
struct entity {
  shared_text name;        ///< of the agreement; of the client for best effort
  std::uint32_t group = 0; ///< of its tenant, among the groups of the backend
  int crowded_ticks = 0;   ///< for how many ticks with samples more was outstanding than the promise explains
  const kept_agreement* agreed = nullptr; ///< null for best effort
  const objective* terms = nullptr;       ///< of the agreement
  sluice::promise promise;
  entity_ledger ledger; ///< its streams, and what was done for them

  // Summed up over the streams, new at every tick.
  double arrivals = 0;
  double demand = 0; ///< the sum of its streams' demands; of many streams at most the highest arrivals lately
  double used = 0;
  double completions = 0;
  double backlog = 0;
  double in_flight = 0;
  double mean_in_flight = 0;
  double latency = 0; ///< mean of its streams' backend latencies, by requests; 0 = unknown
  work done;          ///< completed per second, smoothed
  double held_by_depth = 0;
  double held_by_rate = 0;
  bool fresh = false;
  bool missing = false;           ///< a stream with traffic is not heard of any more
  std::uint8_t next_arrivals = 0; ///< of `recent_arrivals`
  instant active{0};

  // Carried from tick to tick.
  double smooth_arrivals = 0;
  std::array<double, 3> recent_arrivals{}; ///< of all its streams, in the last ticks with samples
  instant excess_until{0};
  instant hungry_until{0};
  latency_aims aims;
  burst_credit credit;
  double cost = 1;     ///< units per request, of what it does now
  double counted = 1;  ///< I/O that promises count per request
  double guard = 1;    ///< raises the depth of one that gets less than it was promised
  double balance = 1;  ///< corrects the depth until it gets its part: its requests may take longer than others'
  double due_part = 0; ///< `part`, smoothed as `used` is
  double tilt = 1;     ///< varies its weight, to learn costs
  bool cut = false;    ///< less than its promise holds, because of a deficit

  // Decided at every tick.
  bool crowd = false;    ///< its tenant's entities together ask for more than they were promised
  bool excess = false;   ///< takes or asks for more than it was promised
  bool hungry = false;   ///< and would take more than it gets: the backend is what it waits for
  bool cap_rate = false; ///< the depth is too coarse to hold `part`, the rate must
  double entitled = 0;   ///< of its promise, what holds now; less than the promise only in a deficit
  double part = 0;       ///< rate that the plan gives it
  double depth = 0;      ///< requests in flight that the plan gives it; 0 = no cap

  [[nodiscard]] double outstanding() const noexcept {
    return backlog + in_flight;
  }
  /// What is protected and what is allowed, in its present requests per second.
  [[nodiscard]] double promised() const noexcept {
    return promise.rate / counted;
  }
  [[nodiscard]] double limit() const noexcept {
    return promise.limit / counted;
  }
  /// Whether the core, not its own limit, held it back since the last tick. @pre not yet planned in this tick
  [[nodiscard]] bool held() const noexcept;
};

/// Streams from which on their peaks do not come at once: what they ask for together is what came together. Chosen: a
/// few streams may well begin together.
inline constexpr std::size_t many_streams = 64;

/// Sums the entity's streams up. @pre `fresh` is set: the caller knows whether a sample came
void gather(entity& x, std::span<const stream_signal* const> streams) noexcept;

/// Sets `cost` and `counted` from what it does. Without requests they stay.
void price(entity& x, const cost_model& model) noexcept;

/// Memory that is kept from one call to the next. Its contents mean nothing.
struct crowd_scratch {
  std::vector<double> asked;
  std::vector<double> promised;
  std::vector<std::uint32_t> members;
};

/// Sets `crowd` of all entities of a backend, and what is protected of those without a promise: the best-effort floor,
/// but all of these together get at most a share of the capacity. So neither the floors nor the slack of the test for
/// excess can be had many times over by splitting a tenant, or by coming as many clients.
/// Returns that floor [I/O per second]. @param groups how many there are
double judge_crowds(std::span<entity> entities, std::size_t groups, double capacity, const control_policy& policy,
                    crowd_scratch& scratch);

/// Decides `excess`, after `judge_crowds`. @param aim the latency aimed at on this backend
void judge_excess(entity& x, double aim, instant now, const control_policy& policy) noexcept;

/// Decides `hungry`, after `judge_excess` of all. @param endangered a promised latency is above its aim: then everybody
/// in excess is part of the cause
void judge_hunger(entity& x, double aim, bool endangered, instant now) noexcept;

} // namespace sluice
