// The control law: the only place that decides a throttle. Pure: same state and input, same output; no clock, no
// chance, no I/O. The law and its reasons are in README.md.
#pragma once

#include "actors/domain/agreement.hpp"
#include "actors/domain/capacity.hpp"
#include "actors/domain/command.hpp"
#include "actors/domain/entity.hpp"
#include "actors/domain/event.hpp"
#include "actors/domain/policy.hpp"
#include "actors/domain/sample.hpp"
#include "actors/domain/signal.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sluice {

/// Most streams of one backend; further ones are not controlled and are counted (`plan_output::refused`). Chosen: ten
/// times scenario 15.
inline constexpr std::size_t max_streams_per_backend = 100'000;

/// A sample and the incarnation of the gateway that measured it.
struct delivered_sample {
  std::uint64_t incarnation = 0;
  sample what;
};

/// An operator's order with its end on the monotonic clock (invariant 8).
struct active_override {
  override_order order;
  instant expires{0}; ///< zero = when it is taken back
  [[nodiscard]] bool holds(instant now) const noexcept {
    return expires == instant::zero() || now < expires;
  }
};

/// Fixes the end of an order that was received now. Nothing if it has ended already.
[[nodiscard]] std::optional<active_override> activate(const override_order& x, wall_time label, instant now);

/// What one plan is made from.
struct plan_input {
  std::span<const delivered_sample> samples; ///< of this backend, since the last tick, in any order
  std::span<const agreement> agreements;
  std::span<const active_override> overrides;
  std::uint64_t terms_revision = 0; ///< changes whenever `agreements` do
  instant now{0};
  wall_time label;
};

struct stream_state {
  stream_signal signal;
  standing_command standing;
  std::size_t entity = 0;
  const active_override* order = nullptr; ///< of the present plan only
  instant held_until{0};                  ///< by the depth
  instant limited_until{0};               ///< by its own limit
};

/// What is carried from tick to tick. A new one is empty: after a restart everything is rebuilt from samples.
struct backend_state {
  std::string name;
  std::map<stream_id, stream_state> streams;
  std::vector<entity> entities;
  capacity_estimate capacity;
  deficit_watch deficit;
  std::uint64_t terms_revision = 0;
  bool grouped = false;
  bool controlled = false; ///< at least one stream has an agreement here
};

struct plan_output {
  std::vector<throttle> throttles; ///< to be sent now: changed, unacknowledged or due for a refresh
  std::vector<event> events;
  std::vector<std::size_t> accepted; ///< positions of the samples that counted
  std::vector<stream_id> forgotten;  ///< streams without a sample for so long that they are gone
  backend_status status;
  std::string culprit;             ///< the stream that takes most above its promise; empty = nobody does
  std::size_t culprits_entity = 0; ///< to which entity it belongs
  std::uint64_t refused = 0;       ///< samples that were nonsense, repeated, or of a stream beyond the bound
};

/// Plans one backend. Total: any input gives a finite plan. Without an agreement on any of its streams a backend is
/// left alone: streams that had been throttled are released, the others never hear of us.
[[nodiscard]] plan_output plan(backend_state& state, const plan_input& input, const control_policy& policy);

} // namespace sluice
