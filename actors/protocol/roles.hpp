// The roles of the SLA server: who a slot's sender or receiver can be (R7). Not who runs where.
#pragma once

#include <array>
#include <string_view>

namespace sluice {

/// The roles in the order of their role numbers: the role number is the position plus one, and zero means "nobody".
/// Part of the shared-memory layout: append only.
inline constexpr std::array<std::string_view, 4> roles{
    "database-manager",
    "application-server",
    "sla-core",
    "performance-monitor",
};

} // namespace sluice
