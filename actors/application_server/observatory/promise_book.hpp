// Whether each agreement is kept now: the last verdict on each of its promises. Pure; what counts in the end are the
// verdicts that the database manager makes from the rows.
#pragma once

#include "actors/domain/agreement.hpp"
#include "actors/domain/verdict.hpp"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace sluice {

/// Most agreements, and promises of one, that are remembered; the bounds of the terms.
inline constexpr std::size_t max_promise_records = 10'000;
inline constexpr std::size_t max_promises = 9; ///< 8 latency points and the reservation

struct promise_record {
  std::vector<verdict> last; ///< the newest of each promise, by its position
  wall_time since;           ///< the worst of them has been what it is for so long; beginning of an interval

  /// The worst of them: violated, then met, then exempt, then no data. @pre not empty
  [[nodiscard]] const verdict& worst() const noexcept;
  /// The end of the newest interval.
  [[nodiscard]] wall_time judged_until() const noexcept;
};

class promise_book {
public:
  /// Notes a verdict; an older one than is known of its promise changes nothing.
  void note(const verdict& x);

  /// Forgets those that are not in force, or in force in another version.
  void keep(std::span<const agreement> in_force);

  [[nodiscard]] const promise_record* find(const std::string& agreement) const;

private:
  std::map<std::string, promise_record> records_; // at most max_promise_records
};

} // namespace sluice
