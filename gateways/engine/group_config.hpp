// A group: streams that share a limit, as a plain value. Opens nothing and places nothing.
#pragma once

#include "actors/domain/stream.hpp"
#include "gateways/throttle/fair_queue.hpp"
#include "gateways/throttle/io_limits.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::gateway {

/// Which requests of its streams a group is about.
enum class group_operations : std::uint8_t { all, reads, writes };

/// The streams of a tenant, an agreement or a volume with the limits that hold for them together.
struct group_config {
  std::string name;
  std::string volume = "*"; ///< pattern, as in agreements
  std::string client = "*"; ///< likewise
  group_operations operations = group_operations::all;
  std::string above;        ///< a group whose limits hold for this one, too; empty = none
  std::uint32_t weight = 1; ///< its share of what `above` gives, beside the other contenders there
  io_limits limits;

  friend bool operator==(const group_config&, const group_config&) = default;
};

/// At most so many groups. Chosen: a tenth of the largest number of streams that a gateway has by default.
inline constexpr std::size_t max_groups = 400;

/// Groups above one another, itself included. Chosen: agreement, tenant and gateway, and one to spare.
inline constexpr std::size_t max_group_levels = 4;

/// Empty, or one sentence that says what is wrong with one group by itself.
[[nodiscard]] std::string problem_with(const group_config& x);

/// Everything that is wrong with all groups together, one sentence each; empty if nothing is.
[[nodiscard]] std::vector<std::string> check(const std::vector<group_config>& groups);

} // namespace sluice::gateway
