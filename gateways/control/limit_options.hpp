// Reads the options about limits that sections have in common: costs, weights, limits of groups.
#pragma once

#include "gateways/control/section_reader.hpp"
#include "gateways/engine/group_config.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice::gateway {

/// What a cost curve must look like, for messages.
inline constexpr std::string_view cost_form =
    R"(at most 8 points of rising sizes such as "4KiB:1 64KiB:2.5 1MiB:20" (I/O per request))";

/// Points `SIZE:COST` with spaces between them; costs in I/O with at most three decimals. Nothing if it is not that, or
/// a curve that is not allowed.
[[nodiscard]] std::optional<cost_curve> parse_cost(std::string_view text);

/// `cost` and `write-cost-percent`.
[[nodiscard]] cost_curve read_cost(section_reader& section);

/// `weight`, 1 if missing.
[[nodiscard]] std::uint32_t read_weight(section_reader& section);

/// `iops`, `bandwidth`, `depth`, `burst-iops`, `burst-bandwidth`, `burst-for` and the cost.
[[nodiscard]] io_limits read_io_limits(section_reader& section);

} // namespace sluice::gateway
