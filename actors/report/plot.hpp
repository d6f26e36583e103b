// The pictures of a report as inline SVG: no script, no font and no file from outside. Pure.
#pragma once

#include "actors/report/document.hpp"

#include <string>

namespace sluice::report {

/// `<`, `>`, `&` and quotes as entities; control characters but line feeds are left out.
[[nodiscard]] std::string escaped(std::string_view text);

/// Compliance of each day as a bar, and the target as a line.
[[nodiscard]] std::string compliance_plot(const document& x);

/// The promised statistics of latency over the period, logarithmic, each with its target; p50 and p99 where none is
/// promised.
[[nodiscard]] std::string latency_plot(const document& x);

/// What is left of the error budget, hour by hour.
[[nodiscard]] std::string budget_plot(const document& x);

} // namespace sluice::report
