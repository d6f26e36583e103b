// Which streams an entity has, and what their throttles were last made from: so that nothing is done twice. Decides
// nothing.
#pragma once

#include "actors/domain/slot_list.hpp"
#include "actors/domain/units.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>

namespace sluice {

/// What the throttles of an entity's streams rest on beside the streams themselves. Equal: nothing to do.
struct throttle_basis {
  double depth = 0;
  double rate = 0;                   ///< infinite = only the depth counts
  double aim = 0;                    ///< of the backend; zero where the entity's own target counts
  const void* beneficiary = nullptr; ///< the entity that is protected, where that matters to somebody here
  bool controlled = false;
  bool cut = false;
  bool hungry = false;
  friend bool operator==(const throttle_basis&, const throttle_basis&) = default;
};

struct entity_ledger {
  slot_list streams;        ///< in the order of their names
  bool touched = true;      ///< a stream was heard of, fell silent, came or left since the last tick
  bool fresh = false;       ///< a sample came since the last tick
  bool beneficiary = false; ///< it is named as the one that is protected
  bool leaving = false;     ///< a stream left and is still listed

  throttle_basis basis;    ///< of the throttles as they are
  instant due{0};          ///< when a stream needs a look though nothing happened to it
  bool held = false;       ///< a stream is or was just held back
  std::uint32_t busy = 0;  ///< streams with traffic
  std::uint32_t ruled = 0; ///< streams whose throttle has a rule
};

} // namespace sluice
