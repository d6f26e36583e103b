// All that the core carries from tick to tick: terms, streams, backends, accounts.
#pragma once

#include "actors/domain/active_override.hpp"
#include "actors/domain/agreement_index.hpp"
#include "actors/domain/judge.hpp"
#include "actors/domain/plan.hpp"
#include "actors/domain/policy_document.hpp"

#include <map>
#include <string>
#include <vector>

namespace sluice {

/// Most backends of one core; samples of further ones are refused. Chosen: far above what one core plans in a tick.
inline constexpr std::size_t max_backends = 1000;

/// Most agreements and most orders the core takes; further ones are refused with the whole message. Chosen: as above.
inline constexpr std::size_t max_terms = 100'000;

/// What took place between two ticks; lists of slots in the order of arrival, which must not matter.
struct loop_arrivals {
  std::vector<stream_slot> heard;     ///< since the last tick
  std::vector<stream_slot> fresh;     ///< in the tick before
  std::vector<stream_slot> unsettled; ///< new, or naming another backend
  std::vector<stream_slot> heirs;     ///< whose throttle is inherited
  std::uint64_t taken = 0;
  std::uint64_t refused = 0;
};

/// Not to be copied: streams, entities and accounts know each other by their addresses.
struct loop_state {
  loop_state() = default;
  loop_state(const loop_state&) = delete;
  loop_state& operator=(const loop_state&) = delete;
  loop_state(loop_state&&) = default;
  loop_state& operator=(loop_state&&) = default;

  bool terms_known = false; ///< nothing is decided before: releasing what other terms hold back would be wrong
  std::vector<kept_agreement> agreements;
  std::vector<kept_agreement> former; ///< that entities name until they are grouped anew
  std::vector<active_override> overrides;
  std::uint64_t terms_revision = 0;
  agreement_index index;                              ///< of `agreements`
  std::map<stream_id, const active_override*> orders; ///< of `overrides`
  std::map<std::string, backend_state> backends;
  stream_table streams;
  judge_state judge;

  loop_arrivals arrivals;
  control_policy policy;    ///< of the last tick: for what the document does not give
  policy_document document; ///< the operator's, with the tenants
  bool document_changed = false;
  bool regroup = true;  ///< terms or policy are others than at the last tick
  instant now{0};       ///< of the last tick or sample; time never goes back
  instant next_look{0}; ///< when a stream could have fallen silent or be forgotten
  plan_scratch scratch;
  judgement judged;
  std::vector<stream_slot> leaving;
  std::vector<stream_slot> joining;
  loop_output output;
};

/// @pre `x` is one of its `agreements`
[[nodiscard]] inline account& account_of(loop_state& state, const kept_agreement& x) noexcept {
  return state.judge.accounts[static_cast<std::size_t>(&x - state.agreements.data())];
}

/// The time as the core counts it: never before what it had, and never so late that a sum overflows.
[[nodiscard]] instant forward(loop_state& state, instant now) noexcept;

} // namespace sluice
