// Which intervals of a period the verdicts of an export cover, and where there is none although the agreement was in
// force. Knows lines, no hashes.
#pragma once

#include "actors/domain/units.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::evidence {

/// What an entry of the ledger says of one version.
struct version_terms {
  wall_time since;
  std::optional<wall_time> until; ///< when it was ended; a version that is replaced ends when the next one begins
  duration interval{0};
  std::vector<duration> targets; ///< of its latency points
  bool reserves = false;         ///< then point targets.size() is the reservation
  bool suspended = false;        ///< then nothing is promised
  [[nodiscard]] bool has(std::uint32_t point) const noexcept {
    return !suspended && (point < targets.size() || (reserves && point == targets.size()));
  }
};

/// Versions by number.
using agreement_terms = std::map<std::uint32_t, version_terms>;

/// Reads an `agreement` or `agreement-end` line (without the ledger's time) of that agreement into `to`. False if it is
/// no such line or contradicts what is known.
[[nodiscard]] bool read_terms(std::string_view line, std::string_view agreement, agreement_terms& to);

/// Intervals without a verdict while the point was promised.
struct coverage_gap {
  std::uint32_t version = 0;
  std::uint32_t point = 0;
  wall_time from;
  wall_time to;
  friend auto operator<=>(const coverage_gap&, const coverage_gap&) = default;
};

/// What a verdict's line says that is checked against the terms.
struct judged_interval {
  std::uint32_t version = 0;
  std::uint32_t point = 0;
  wall_time since;
  duration length{0};
  duration target{0};
};

/// Is told verdicts in the order of their chain. Gaps are counted between the first and the last interval of all.
class coverage {
public:
  /// Gaps that are kept; more are only counted. Chosen: nobody reads more.
  static constexpr std::size_t max_gaps = 1000;

  explicit coverage(const agreement_terms& terms) : terms_(terms) {}

  /// What is wrong with it by the terms, as a sentence without its end; empty if nothing is.
  [[nodiscard]] std::string add(const judged_interval& x);

  /// After the last verdict.
  void finish();

  [[nodiscard]] const std::vector<coverage_gap>& gaps() const noexcept {
    return gaps_;
  }
  [[nodiscard]] std::uint64_t gap_count() const noexcept {
    return count_;
  }

private:
  struct seen {
    std::uint32_t version = 0;
    wall_time until;
  };
  void note_gaps(std::uint32_t point, wall_time from, wall_time to);

  const agreement_terms& terms_;
  std::map<std::uint32_t, seen> last_; ///< by point
  std::optional<wall_time> first_;
  wall_time end_;
  std::vector<coverage_gap> gaps_;
  std::uint64_t count_ = 0;
};

} // namespace sluice::evidence
