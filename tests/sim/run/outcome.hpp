// What a run came to, as plain values: what bars, reports and plots are made from.
#pragma once

#include "actors/domain/event.hpp"
#include "actors/domain/throttle.hpp"
#include "actors/domain/verdict.hpp"
#include "tests/sim/model/experience.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::sim {

/// An invariant of the design that did not hold.
struct violation {
  int invariant = 0; ///< number in the design, 5 to 8
  instant at{0};
  std::uint64_t step = 0; ///< of the event queue
  std::string what;       ///< one sentence with the figures
};

struct timed_event {
  instant at{0};
  event what;
};

/// A throttle that a stream got, for plots.
struct timed_throttle {
  instant at{0};
  std::size_t stream = 0;
  allowance now;
  throttle_rule rule = throttle_rule::none;
};

struct outcome {
  std::uint64_t seed = 0;
  std::string controller;
  duration length{0};
  std::uint64_t hash = 0;
  std::uint64_t steps = 0;
  std::vector<experience> clients;                  ///< as in scenario::clients
  std::vector<duration> unanswered;                 ///< by client: how long its oldest open request waits at the end
  std::vector<std::vector<std::uint32_t>> commands; ///< by stream and second: throttles that it applied
  std::vector<std::uint64_t> throttle_bytes;        ///< by second, over all links
  std::vector<timed_event> events;
  std::vector<verdict> verdicts;         ///< the controller's own
  std::vector<timed_throttle> throttles; ///< only if asked for
  std::vector<violation> violations;     ///< the first ones of each invariant
  std::uint64_t violated = 0;            ///< how many there were
  std::uint64_t refused = 0;             ///< samples that the controller did not take
};

} // namespace sluice::sim
