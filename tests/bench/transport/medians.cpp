// What the rounds of a row come to.
#include "tests/bench/transport/rows.hpp"

#include <algorithm>

namespace sluice::bench {

namespace {

std::vector<double> sorted_values(const row& x, double run_result::*value) {
  std::vector<double> good;
  for (const auto& round : x.rounds)
    if (round.fault.empty())
      good.push_back(round.*value);
  std::sort(good.begin(), good.end());
  return good;
}

} // namespace

double median_of(const row& x, double run_result::*value) {
  const auto good = sorted_values(x, value);
  if (good.empty())
    return -1;
  const auto middle = good.size() / 2;
  return good.size() % 2 == 1 ? good[middle] : (good[middle - 1] + good[middle]) / 2;
}

double spread_percent_of(const row& x, double run_result::*value) {
  const auto good = sorted_values(x, value);
  const auto median = median_of(x, value);
  return median > 0 ? 100 * (good.back() - good.front()) / median : -1;
}

} // namespace sluice::bench
