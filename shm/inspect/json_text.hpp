// An instance as one JSON object on one line; its fields are listed in README.md. Pure.
#pragma once

#include "shm/inspect/change.hpp"

#include <string>

namespace sluice::shm::inspect {

/// Without a line feed. Text that is no UTF-8 is replaced.
[[nodiscard]] std::string json_text(const compared_look& x);

} // namespace sluice::shm::inspect
