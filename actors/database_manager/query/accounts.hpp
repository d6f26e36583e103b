// Counts of intervals, with those taken out that do not count, as the accounts of agreements. Pure.
#pragma once

#include "actors/database_manager/query/spans.hpp"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace sluice::query {

/// How many objectives an agreement is judged by: each latency point, and the reservation if there is one.
[[nodiscard]] std::size_t objectives_of(const objective& x) noexcept;

/// Takes `excluded` out of `of`: they are in no other count than `excluded` afterwards.
void exclude(interval_counts& of, const interval_counts& excluded) noexcept;

/// Of one agreement, by version and point and as a whole.
struct counts_of_agreement {
  std::map<std::pair<std::uint32_t, std::int32_t>, interval_counts> objectives;
  interval_counts whole;
};

/// Adds up what was counted in all spans of a period (`all`) and in its excluded spans. The whole of a version with one
/// objective is that objective; of others it was counted interval by interval.
[[nodiscard]] std::map<std::string, counts_of_agreement> add_up(std::span<const store::counted> all,
                                                                std::span<const store::counted> excluded);

/// The same of one agreement, hour by hour, as a whole.
[[nodiscard]] std::vector<partial_account> by_hour(std::span<const store::counted> all,
                                                   std::span<const store::counted> excluded);

/// @param judged_until intervals of before it are among the counts
[[nodiscard]] agreement_account account_of(const agreement_in_period& of, const counts_of_agreement& counts,
                                           wall_time judged_until);

} // namespace sluice::query
