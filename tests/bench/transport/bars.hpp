// What must be reached, as ratios of two rows of one run. Measures nothing.
#pragma once

#include "tests/bench/transport/rows.hpp"

#include <string>
#include <vector>

namespace sluice::bench {

enum class verdict : std::uint8_t {
  pass,
  miss,
  not_measured, ///< a row was left out by --only, or its library is not installed
};

/// A bar and how it came out.
struct judgement {
  std::string text;
  verdict how = verdict::not_measured;
  bool at_most = false; ///< the ratio may not be larger; else not smaller
  double bound = 0;
  double ratio = -1;
  double value = -1;    ///< ours
  double baseline = -1; ///< negative: the bound is absolute, and `ratio` is the value
  std::string unit;
  std::string fault; ///< why it is missed though there is no ratio
};

/// Medians against each other. A row of ours with a fault in any round misses its bars.
[[nodiscard]] std::vector<judgement> judge(const std::vector<row>& rows);

} // namespace sluice::bench
