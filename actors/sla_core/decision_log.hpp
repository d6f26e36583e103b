// The log lines of one tick: one per decision, in the words of log_event.hpp. Decides nothing.
#pragma once

#include "actors/domain/loop.hpp"

#include <caf/atom.hpp>

namespace sluice {

/// Logs the tick's events, at most `bound` lines; how many more there were is said in the last one.
void log_decisions(const loop_output& out, caf::atom_value component, std::size_t bound);

} // namespace sluice
