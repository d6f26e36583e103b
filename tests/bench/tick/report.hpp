// Bars, the table for people and the JSON for programs.
#pragma once

#include "tests/bench/tick/measurement.hpp"

#include <iosfwd>
#include <string>
#include <vector>

namespace sluice::bench {

/// What was measured of one shape and size, once for each round.
struct row {
  const shape* of = nullptr;
  std::size_t streams = 0;
  std::vector<figures> rounds;
};

struct judgement {
  std::string text;
  double value = 0;
  double bound = 0; ///< the value may not be larger
  [[nodiscard]] bool met() const noexcept {
    return value <= bound;
  }
};

/// Of the rounds the median counts; of allocations the most.
[[nodiscard]] std::vector<judgement> judge(const std::vector<row>& rows);

void write_table(std::ostream& to, const std::vector<row>& rows, const std::vector<judgement>& bars,
                 const std::string& machine, const std::string& commit);
void write_json(std::ostream& to, const std::vector<row>& rows, const std::vector<judgement>& bars,
                const std::string& machine, const std::string& commit);

} // namespace sluice::bench
