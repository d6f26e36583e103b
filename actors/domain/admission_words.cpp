// The names and sentences of admission.
#include "actors/domain/admission.hpp"

#include <cstdio>

namespace sluice {

namespace {

std::string iops(std::uint64_t x) {
  return std::to_string(x) + " IOPS";
}

std::string milliseconds(duration x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f ms", static_cast<double>(x.count()) / 1e6);
  return text;
}

/// "Backend array gives 8000 IOPS (reads of 4 KiB); 7000 IOPS are promised on it already and this asks for 2000 IOPS".
std::string situation(const admission_finding& x) {
  return "Backend " + x.backend + " gives " + iops(x.capacity) + " (reads of 4 KiB); " + iops(x.promised)
         + " are promised on it already and this asks for " + iops(x.wanted);
}

std::string who_yields(const admission_finding& x) {
  std::string text;
  for (const auto& one : x.yields)
    text += (text.empty() ? "" : ", ") + one.agreement + " (" + std::string{to_string(one.tier)} + ") gets "
            + std::to_string(one.gets) + " of " + std::to_string(one.promised);
  if (x.yielding > x.yields.size())
    text += " and " + std::to_string(x.yielding - x.yields.size()) + " more";
  return text;
}

} // namespace

std::string_view to_string(admission_outcome x) noexcept {
  switch (x) {
  case admission_outcome::accepted:
    return "accepted";
  case admission_outcome::warning:
    return "warning";
  case admission_outcome::refused:
    return "refused";
  }
  return "invalid";
}

std::string_view to_string(admission_finding_kind x) noexcept {
  switch (x) {
  case admission_finding_kind::unknown_place:
    return "unknown-place";
  case admission_finding_kind::unknown_capacity:
    return "unknown-capacity";
  case admission_finding_kind::oversubscribed:
    return "oversubscribed";
  case admission_finding_kind::beyond_bound:
    return "beyond-bound";
  case admission_finding_kind::beyond_capacity:
    return "beyond-capacity";
  case admission_finding_kind::latency_tight:
    return "latency-tight";
  case admission_finding_kind::latency_impossible:
    return "latency-impossible";
  }
  return "invalid";
}

std::string to_sentence(const admission_finding& x) {
  using kind = admission_finding_kind;
  switch (x.kind) {
  case kind::unknown_place:
    return "No gateway has a volume that the agreement would apply to, hence it cannot be said whether it can be kept.";
  case kind::unknown_capacity:
    return "What backend " + x.backend + " gives is not known: it was never seen full.";
  case kind::oversubscribed:
    return situation(x) + ", " + iops(x.promised + x.wanted - x.capacity)
           + " too many if all is used; then yields: " + who_yields(x) + ".";
  case kind::beyond_bound:
    return situation(x) + "; the policy permits " + iops(x.bound) + " in all.";
  case kind::beyond_capacity:
    return situation(x) + ", more than it gives.";
  case kind::latency_tight:
    return "Backend " + x.backend + " answers in " + milliseconds(x.least) + " at low load; a promise of "
           + milliseconds(x.target) + " leaves little room for more.";
  case kind::latency_impossible:
    return "Backend " + x.backend + " answers in " + milliseconds(x.least) + " at low load; " + milliseconds(x.target)
           + " cannot be promised.";
  }
  return {};
}

std::string to_sentence(const admission_fit& x) {
  std::string text;
  if (x.rate)
    text = *x.rate == 0 ? "no rate at all" : "a rate of " + iops(*x.rate);
  if (x.latency)
    text += (text.empty() ? "" : " and ") + ("a latency of " + milliseconds(*x.latency));
  return text.empty() ? text : "What would fit is " + text + '.';
}

} // namespace sluice
