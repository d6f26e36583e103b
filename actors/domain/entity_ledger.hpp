// Which streams an entity has, and what their throttles were last made from: so that nothing is done twice. Decides
// nothing.
#pragma once

#include "actors/domain/units.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sluice {

class account;

/// Names a stream in the stream table for as long as it is there.
using stream_slot = std::uint32_t;

/// What the throttles of an entity's streams rest on beside the streams themselves. Equal: nothing to do.
struct throttle_basis {
  double depth = 0;
  double rate = 0;                   ///< infinite = only the depth counts
  double aim = 0;                    ///< of the backend; zero where the entity's own target counts
  const void* beneficiary = nullptr; ///< the entity that is protected, where that matters to somebody here
  bool controlled = false;
  bool cut = false;
  friend bool operator==(const throttle_basis&, const throttle_basis&) = default;
};

struct entity_ledger {
  std::vector<stream_slot> streams; ///< in the order of their names
  account* its_account = nullptr;   ///< of its agreement; null for best effort
  bool touched = true;              ///< a stream was heard of, fell silent, came or left since the last tick
  bool fresh = false;               ///< a sample came since the last tick
  bool beneficiary = false;         ///< it is named as the one that is protected
  bool leaving = false;             ///< a stream left and is still listed

  throttle_basis basis;    ///< of the throttles as they are
  instant due{0};          ///< when a stream needs a look though nothing happened to it
  bool held = false;       ///< a stream is or was just held back
  std::uint32_t busy = 0;  ///< streams with traffic
  std::uint32_t ruled = 0; ///< streams whose throttle has a rule
};

} // namespace sluice
