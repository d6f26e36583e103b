// What is carried of a backend from tick to tick. A new one is empty: after a restart everything is rebuilt from
// samples.
#pragma once

#include "actors/domain/capacity.hpp"
#include "actors/domain/cost.hpp"
#include "actors/domain/cost_trial.hpp"
#include "actors/domain/entity.hpp"
#include "actors/domain/event.hpp"
#include "actors/domain/evidence.hpp"
#include "actors/domain/hierarchy.hpp"
#include "actors/domain/knee.hpp"
#include "actors/domain/latency_floor.hpp"
#include "actors/domain/shared_text.hpp"

#include <string>
#include <vector>

namespace sluice {

/// Most streams of one backend; samples of further ones are refused and counted. Chosen: ten times scenario 15.
inline constexpr std::size_t max_streams_per_backend = 100'000;

struct backend_state {
  shared_text name;
  std::vector<entity> entities;    ///< agreements before clients, each in the order of their names
  std::vector<claim_group> groups; ///< of tenants, as entities name them
  capacity_estimate capacity;      ///< in units
  cost_calibration costs;
  cost_trial trial;
  work smooth_done; ///< by all, as of the last tick with samples [per second]
  knee_estimate knee;
  latency_floor floor;
  double knee_aim = 0; ///< the latency aimed at where nobody was promised one [s]; 0 = not begun
  int full_ticks = 0;  ///< for how many ticks it has been full
  instant planned{0};  ///< the last time
  deficit_watch deficit;
  double usual_outstanding = 0; ///< smoothed over a second
  capacity_evidence evidence;
  control_policy policy;       ///< what the document says of this backend
  bool policy_settled = false; ///< `policy` is that of the present document
  bool controlled = false;     ///< at least one stream has an agreement here
  std::size_t population = 0;  ///< streams whose newest sample names it

  bool touched = true; ///< an entity was
  bool left = false;   ///< a stream left and is still listed
  instant due{0};      ///< when it needs a plan though nothing happened

  // What the last plan saw.
  backend_status status;
  shared_text culprit;             ///< the stream that takes most above its promise; empty = nobody does
  std::size_t culprits_entity = 0; ///< to which entity it belongs
};

} // namespace sluice
