// The interval accounts of all agreement versions that are in force: which streams count for which, when an interval
// begins and ends. Pure; how an interval is judged is in the domain (interval_account.hpp).
#pragma once

#include "actors/database_manager/history/second_window.hpp"
#include "actors/domain/agreement_index.hpp"
#include "actors/domain/interval_account.hpp"
#include "actors/domain/record.hpp"
#include "actors/domain/second_record.hpp"

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sluice::history {

/// One version of an agreement and when it was in force.
struct version_span {
  agreement terms;
  wall_time from;
  wall_time until{std::numeric_limits<std::int64_t>::max()}; ///< the greatest: it is in force
};

/// An interval is judged by the version that was in force when it began, on the grid of that version. A stream counts
/// for the most specific of the agreements that were in force in that second (selection.hpp).
class interval_book {
public:
  /// Most findings that wait for their interval. Chosen: 500 agreements of two points for ten minutes.
  static constexpr std::size_t max_findings = 60'000;

  /// Forgets everything. No interval that began before `from` begins here, but for the one in which `from` lies.
  void begin(std::vector<version_span> versions, wall_time from);

  /// Replaces the versions; accounts of those that stay go on.
  void replace(std::vector<version_span> versions);
  [[nodiscard]] const std::vector<version_span>& versions() const noexcept {
    return versions_;
  }

  /// From where on seconds must be added after begin(), for the intervals in which `from` lies and their lead-in.
  [[nodiscard]] wall_time needed_from() const noexcept;

  /// A finding of the SLA core; at the bound the oldest goes.
  void add(const verdict& finding);

  /// Ends the intervals that end at or before `second`, begins those that begin, and adds the rows of that second.
  /// Seconds come in order; a second without rows may be left out only between begin() and `from`.
  void pass(wall_time second, const std::vector<open_row>& rows, std::vector<final_verdict>& verdicts);

  /// Ends the intervals that end at or before `until`.
  void end(wall_time until, std::vector<final_verdict>& verdicts);

private:
  struct judged {
    interval_account account;
    agreement terms;
  };

  [[nodiscard]] const version_span* find(const agreement& x) const noexcept;
  void open(const agreement& terms, wall_time from);
  void begin_due(wall_time second);
  void choose_terms(wall_time second);
  [[nodiscard]] std::int32_t agreement_of(const open_row& x);
  [[nodiscard]] std::vector<verdict> findings_of(const judged& x) const;

  std::vector<version_span> versions_;
  wall_time first_;
  std::map<std::pair<std::string, std::uint32_t>, judged> accounts_;
  std::multimap<wall_time, verdict> findings_; ///< by the beginning of their interval

  // Which streams count for what, in the seconds until `chosen_until_`.
  std::vector<agreement> in_force_;
  std::vector<kept_agreement> kept_; ///< the same ones, as `index_` needs them
  agreement_index index_;
  wall_time chosen_until_{std::numeric_limits<std::int64_t>::min()};
  std::unordered_map<std::int32_t, std::int32_t> chosen_; ///< stream to position in in_force_; -1 = none
  std::vector<second_record> records_;                    ///< by position in in_force_
  std::vector<std::int32_t> touched_;
};

} // namespace sluice::history
