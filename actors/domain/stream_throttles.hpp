// Divides what an entity got among its streams, and says by which rule each is held. Sends nothing.
#pragma once

#include "actors/domain/active_override.hpp"
#include "actors/domain/allocation.hpp"
#include "actors/domain/stream_table.hpp"

#include <string_view>
#include <vector>

namespace sluice {

/// What a stream's throttle rests on, the same for all streams of a backend.
struct backend_reason {
  const backend_view& view;
  borrowed_text backend;
  const entity* beneficiary = nullptr; ///< the entity whose latency is protected; null = none
  bool controlled = false;             ///< false: nothing but an operator's order holds
  wall_time label;
  instant now{0};
  bool observed = false; ///< nobody is held back: what would be is told from what streams ask for
};

/// What one stream got of its entity.
struct stream_share {
  allowance limit; ///< of its agreement
  std::uint32_t depth = 0;
  double rate = 0; ///< where the depth is too coarse; infinite elsewhere
};

/// Memory that is kept from one entity to the next. Its contents mean nothing.
struct split_scratch {
  std::vector<stream_share> shares;
  std::vector<double> demand;
  std::vector<double> asked;
  std::vector<double> parts;
  std::vector<std::uint32_t> depths;
  std::vector<std::uint32_t> before;
  allocation_scratch allocation;
};

/// The cap on all streams of `x` by rate, where its depth is too coarse; infinite elsewhere. [I/O per second]
[[nodiscard]] double rate_cap(const entity& x) noexcept;

/// Sets `scratch.shares`, in the order of the entity's streams. @param least what everybody gets [I/O per second]
void split(const entity& x, const stream_table& streams, double least, split_scratch& scratch);

/// The throttle that a stream should have. Remembers in `s` for a while that it was held, so that its rule does not
/// flicker.
[[nodiscard]] wanted_command wanted_for(const entity& x, stream_state& s, const stream_share& share,
                                        const backend_reason& why, const control_policy& policy) noexcept;

/// When wanted_for() could answer something else though nothing changes. @pre it was just called
[[nodiscard]] instant next_wanted(const stream_state& s, const wanted_command& wanted,
                                  const backend_reason& why) noexcept;

/// The figures that a throttle rests on, to be kept with it.
void note_figures(standing_reason& to, const entity& x, const stream_state& s, const backend_reason& why,
                  const control_policy& policy);

/// Puts an operator's order over what the plan wants.
void apply_order(wanted_command& x, const active_override& active) noexcept;

} // namespace sluice
