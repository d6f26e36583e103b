// One tick of the whole core: samples to their backends, a plan for each, the judgement of all agreements. Pure; the
// actor around it only translates messages.
#pragma once

#include "actors/domain/judge.hpp"
#include "actors/domain/plan.hpp"

#include <map>
#include <string>
#include <vector>

namespace sluice {

/// Most backends of one core; samples of further ones are refused. Chosen: far above what one core plans in a tick.
inline constexpr std::size_t max_backends = 1000;

/// Most agreements and most orders the core takes; further ones are refused with the whole message. Chosen: as above.
inline constexpr std::size_t max_terms = 100'000;

struct loop_state {
  bool terms_known = false; ///< nothing is decided before: releasing what other terms hold back would be wrong
  std::vector<agreement> agreements;
  std::vector<active_override> overrides;
  std::uint64_t terms_revision = 0;
  std::map<std::string, backend_state> backends;
  judge_state judge;
};

struct loop_output {
  std::vector<throttle> throttles; ///< to be sent now
  std::vector<event> events;
  std::vector<verdict> verdicts;
  std::vector<stream_id> forgotten;
  std::vector<backend_status> backends;
  std::uint64_t refused = 0; ///< samples that were nonsense, repeated or beyond a bound
};

/// Replaces all terms. Agreements that contradict themselves are left out and returned with what is wrong. An order
/// that was known keeps its end on the monotonic clock.
std::vector<std::pair<std::string, mistake>> set_terms(loop_state& state, std::vector<agreement> agreements,
                                                       const std::vector<override_order>& orders, instant now,
                                                       wall_time label);

/// One tick. Without known terms nothing is decided and the samples are dropped.
[[nodiscard]] loop_output step(loop_state& state, std::vector<delivered_sample> samples, instant now, wall_time label,
                               const control_policy& policy);

/// All throttles in force, as last sent.
[[nodiscard]] std::vector<throttle> in_force(const loop_state& state);

} // namespace sluice
