// Counts, and exact ratios of them.
#include "actors/domain/accounting.hpp"

#include <algorithm>

namespace sluice {

namespace {

constexpr std::uint64_t million = 1'000'000;

std::uint64_t sum(std::uint64_t a, std::uint64_t b) noexcept {
  return std::min(std::min(a, max_intervals) + std::min(b, max_intervals), max_intervals);
}

std::optional<std::uint32_t> ppm(std::uint64_t part, std::uint64_t whole) noexcept {
  if (whole == 0)
    return std::nullopt;
  return static_cast<std::uint32_t>(part * million / whole);
}

bool is_idle(const final_verdict& x) noexcept {
  return x.what.outcome == verdict_outcome::no_data && x.basis == verdict_basis::rows
         && std::chrono::seconds{x.measured_seconds} >= x.what.length;
}

} // namespace

interval_counts& operator+=(interval_counts& to, const interval_counts& x) noexcept {
  to = {sum(to.met, x.met),         sum(to.violated, x.violated), sum(to.exempt, x.exempt),
        sum(to.no_data, x.no_data), sum(to.excluded, x.excluded), sum(to.idle, x.idle)};
  return to;
}

void count(interval_counts& to, const final_verdict& x, bool is_excluded) noexcept {
  interval_counts one;
  if (is_excluded)
    one.excluded = 1;
  else if (x.what.outcome == verdict_outcome::met)
    one.met = 1;
  else if (x.what.outcome == verdict_outcome::violated)
    one.violated = 1;
  else if (x.what.outcome == verdict_outcome::exempt)
    one.exempt = 1;
  else
    one = {.no_data = 1, .idle = is_idle(x) ? 1U : 0U};
  to += one;
}

verdict_outcome outcome_of_all(std::span<const verdict_outcome> objectives) noexcept {
  for (const auto wanted : {verdict_outcome::violated, verdict_outcome::met, verdict_outcome::exempt})
    if (std::find(objectives.begin(), objectives.end(), wanted) != objectives.end())
      return wanted;
  return verdict_outcome::no_data;
}

std::optional<std::uint32_t> compliance_ppm(const interval_counts& x) noexcept {
  return ppm(x.met, x.judged());
}

bool is_below(const interval_counts& x, std::uint32_t share_ppm) noexcept {
  return x.judged() > 0 && x.met * million < x.judged() * share_ppm;
}

std::optional<bool> is_kept(const interval_counts& x, std::uint32_t target_ppm) noexcept {
  if (x.judged() == 0)
    return std::nullopt;
  return !is_below(x, target_ppm);
}

std::optional<std::uint32_t> coverage_ppm(const interval_counts& x) noexcept {
  const auto known = x.judged() + x.exempt;
  return ppm(known + std::min(x.idle, x.no_data), known + x.no_data);
}

} // namespace sluice
