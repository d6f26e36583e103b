// Little's law with some slack.
#include "actors/domain/envelope.hpp"

#include <algorithm>
#include <cmath>

namespace sluice {

namespace {

/// control.md, from simulation: a Poisson stream at its promise stays inside.
constexpr double outstanding_slack = 1.5;
constexpr double outstanding_extra = 8;
constexpr double rate_slack = 1.15;
constexpr double rate_extra = 30;
constexpr double observed_most = 4;
constexpr double deepest = 65536; ///< chosen: far beyond what any client keeps outstanding

} // namespace

double envelope_depth(double rate, double latency) noexcept {
  const auto wanted = outstanding_slack * rate * latency + outstanding_extra;
  return std::isfinite(wanted) ? std::clamp(std::ceil(wanted), 1.0, deepest) : deepest;
}

double envelope_latency(double promised, double observed) noexcept {
  return std::max(promised, std::min(observed, observed_most * promised));
}

bool keeps_to(double rate, double latency, double arrivals, double outstanding) noexcept {
  return arrivals <= rate_slack * rate + rate_extra
         && outstanding <= outstanding_slack * rate * latency + outstanding_extra;
}

} // namespace sluice
