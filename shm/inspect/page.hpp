// An instance as text for people: who is there, then a block for each mailbox. Pure.
#pragma once

#include "shm/inspect/change.hpp"

#include <string>
#include <vector>

namespace sluice::shm::inspect {

/// Width that lines keep to with role names of up to 19 characters, as Sluice's are [columns].
inline constexpr std::size_t page_columns = 100;

/// Most operation codes that are named per lane.
inline constexpr std::size_t codes_on_page = 4;

/// One entry per line, without line feeds. `colours`: with ANSI sequences.
[[nodiscard]] std::vector<std::string> page(const compared_look& x, bool colours);

} // namespace sluice::shm::inspect
