// Fills and empties.
#include "actors/domain/burst_credit.hpp"

#include "actors/domain/promise.hpp"

#include <algorithm>
#include <cmath>

namespace sluice {

namespace {

/// Unassigned credit is handed out within about this time. Chosen: a command is 0.2 s late, in which a fifth of it
/// goes.
constexpr double hand_out = 1; // s

/// In so many steps, since each one is a command; the last one leaves a tenth to the gateways' own bursts.
constexpr double steps = 8;

double sane(double x) noexcept {
  return std::isfinite(x) && x > 0 ? x : 0;
}

} // namespace

double full_credit(const limit& terms) noexcept {
  if (!terms.above || terms.iops.unlimited() || terms.above->iops <= terms.iops)
    return 0;
  return static_cast<double>(terms.above->iops.per_second - terms.iops.per_second)
         * std::max(seconds(terms.above->length), 0.0);
}

void burst_credit::pass(const limit& terms, double used, double held, double passed_seconds) noexcept {
  const auto full = full_credit(terms);
  if (credit_ < 0)
    credit_ = full;
  const auto filled = static_cast<double>(terms.iops.per_second) - sane(used);
  credit_ = std::clamp(credit_ + filled * sane(passed_seconds), 0.0, full);
  unassigned_ = std::max(credit_ - sane(held), 0.0);
}

double burst_credit::extra_rate(const limit& terms) const noexcept {
  if (full_credit(terms) <= 0)
    return 0;
  const auto surplus = static_cast<double>(terms.above->iops.per_second - terms.iops.per_second);
  return std::floor(std::min(unassigned_ / (hand_out * surplus), 1.0) * steps) / (steps + 1) * surplus;
}

double held_credit(const limit& terms, double held, double share, double given, double used,
                   double passed_seconds) noexcept {
  const auto most = full_credit(terms) * std::clamp(sane(share), 0.0, 1.0);
  return std::clamp(sane(held) + (sane(given) - sane(used)) * sane(passed_seconds), 0.0, most);
}

} // namespace sluice
