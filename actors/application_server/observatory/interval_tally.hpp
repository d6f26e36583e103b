// How many intervals of each agreement were met and violated since this process was started, as the core found them:
// what burn rates are computed from. Pure; what counts in the end are the verdicts that the database manager makes.
#pragma once

#include "actors/domain/agreement.hpp"
#include "actors/domain/verdict.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>

namespace sluice {

/// Most agreements whose intervals are counted; the bound of the terms.
inline constexpr std::size_t max_tallies = 10'000;

class interval_tally {
public:
  /// Intervals by outcome. Only rises while the agreement is in force, in whatever version.
  struct counts {
    std::uint64_t met = 0;
    std::uint64_t violated = 0;
    std::uint64_t exempt = 0;
    std::uint64_t no_data = 0;
    friend auto operator<=>(const counts&, const counts&) = default;
  };

  /// Notes a verdict on one promise. An interval counts once for the whole agreement, as in reports: violated if one of
  /// its promises was, else met, else exempt, else no data.
  void note(const verdict& x);

  /// Counts the intervals that were noted: to be called after the verdicts of one report, which has all promises of an
  /// interval. A later verdict on the newest interval that was counted changes nothing.
  void settle();

  /// Forgets the agreements that are not in force.
  void keep(std::span<const agreement> in_force);

  /// Nothing for an agreement of which no interval was counted yet.
  [[nodiscard]] const counts* find(const std::string& agreement) const;

private:
  struct record {
    counts sum;
    std::optional<wall_time> counted;             ///< beginning of the last interval in `sum`
    std::map<wall_time, verdict_outcome> noted{}; ///< since settle(), by beginning
  };
  std::map<std::string, record> records_; // at most max_tallies
  std::set<std::string> noted_;           // since settle()
};

} // namespace sluice
