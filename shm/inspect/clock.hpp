// The moment of a look: the one place of this folder that reads clocks.
#pragma once

#include "shm/inspect/snapshot.hpp"

namespace sluice::shm::inspect {

[[nodiscard]] moment read_clocks();

} // namespace sluice::shm::inspect
