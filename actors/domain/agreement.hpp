// An agreement (the SLA): who was promised what for which streams. Checked here, decided elsewhere.
#pragma once

#include "actors/domain/objective.hpp"
#include "actors/domain/stream.hpp"

#include <string>
#include <vector>

namespace sluice {

struct agreement {
  std::string name; ///< unique
  std::string tenant;
  selector streams;
  sluice::objective objective;
  bool suspended = false;    ///< kept, but not in force: nothing is reserved, enforced or judged until it is resumed
  std::uint32_t version = 0; ///< rises by one per change; given by the database manager, 0 = not stored yet
  wall_time since;           ///< when this version was established
  friend auto operator<=>(const agreement&, const agreement&) = default;
};

/// What is wrong with an agreement: which field, and one sentence.
struct mistake {
  std::string path; ///< as in the document, for example `spec.objective.limit.iops`
  std::string what;
  friend auto operator<=>(const mistake&, const mistake&) = default;
};

/// Those that are in force: not suspended.
[[nodiscard]] std::vector<agreement> in_force(std::vector<agreement> all);

/// Checks what a schema cannot: names, ranges, and that the terms do not contradict each other (reservation above the
/// limit, burst below it, a latency point without target …). Empty if there is nothing wrong.
[[nodiscard]] std::vector<mistake> check(const agreement& x);

/// The operator's word over the plan for one stream: who, why, until when.
struct override_order {
  stream_id stream;
  rate iops;      ///< unlimited = not overridden
  rate bandwidth; ///< bytes per second; unlimited = not overridden
  std::string who;
  std::string why;
  wall_time since;
  wall_time until; ///< zero = until it is taken back
  friend auto operator<=>(const override_order&, const override_order&) = default;
};

} // namespace sluice
