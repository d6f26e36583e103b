// What a tick of the core wants said to others. Its memory is used again in the next tick. Throttles, renewals and the
// events about them are put into words when they are read; that is possible until the next tick.
#pragma once

#include "actors/domain/event.hpp"
#include "actors/domain/recycled_list.hpp"
#include "actors/domain/throttle.hpp"
#include "actors/domain/told_list.hpp"
#include "actors/domain/verdict.hpp"

#include <vector>

namespace sluice {

struct loop_output {
  throttle_list throttles;          ///< to be sent now
  renewal_list renewals;            ///< likewise: of throttles that stay as they are
  recycled_list<throttle> observed; ///< what would hold, of backends only observed; rule `none` = nothing any more
  event_list events;                ///< those about throttles in the order of the throttles; likewise of observed ones
  recycled_list<backend_status> backends;
  std::vector<verdict> verdicts;
  std::vector<stream_id> forgotten; ///< streams without a sample for so long that they are gone
  std::uint64_t taken = 0;          ///< samples since the last tick
  std::uint64_t refused = 0;        ///< samples that were nonsense, repeated, stale or beyond a bound

  void clear() {
    throttles.clear();
    renewals.clear();
    observed.clear();
    events.clear();
    backends.clear();
    verdicts.clear();
    forgotten.clear();
    taken = refused = 0;
  }
};

} // namespace sluice
