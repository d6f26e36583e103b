// A forecast for people and for programs.
#pragma once

#include "tests/sim/what_if/forecast.hpp"

#include <ostream>

namespace sluice::sim {

void write_text(std::ostream& to, const question& asked, const forecast& x);
void write_json(std::ostream& to, const question& asked, const forecast& x);

} // namespace sluice::sim
