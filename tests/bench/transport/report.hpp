// The figures as a table for people and as JSON for programs.
#pragma once

#include "tests/bench/transport/rows.hpp"

#include <iosfwd>

namespace sluice::bench {

/// Medians of the rounds, aligned, with units in the heading.
void write_table(std::ostream& to, const std::vector<row>& rows);

} // namespace sluice::bench
