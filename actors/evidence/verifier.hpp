// Proves an export from its bytes alone: hashes, signatures, paths, terms, counts. Reads no clock and asks nobody.
#pragma once

#include "actors/evidence/coverage.hpp"
#include "actors/evidence/export_writer.hpp"

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace sluice::evidence {

/// Bounds of a file, against a wrong one. A policy of 64 KiB is the longest line; roots are one per day.
inline constexpr std::size_t max_line_bytes = 1 << 20;
inline constexpr std::size_t max_file_roots = 10'000;

/// The first wrong place.
struct file_problem {
  std::uint64_t line = 0; ///< from 1
  std::string what;       ///< one sentence
};

/// One key that signed roots, and for which days.
struct root_signer {
  public_key key{};
  wall_time first_day;
  wall_time last_day;
};

/// What a file that is right says.
struct verified_export {
  export_scope scope;
  public_key key{};           ///< signed the file
  std::string sha256;         ///< of all but the last line: what a report names
  bool key_trusted = false;   ///< it is one of those that were given
  std::uint64_t verdicts = 0; ///< within the period
  counts_by_point counts;     ///< within the period, before exclusions are taken into account
  std::uint64_t ledger_entries = 0;
  std::uint64_t decisions = 0;
  /// Verdicts of the period after the last that a signed root commits to: the file's signature alone holds them.
  std::uint64_t verdicts_beyond_roots = 0;
  std::uint64_t entries_beyond_roots = 0; ///< of ledger and decisions, likewise
  std::uint64_t roots = 0;
  std::map<wall_time, digest> day_roots; ///< the roots by their days, to be compared with those that somebody kept
  std::vector<root_signer> signers;      ///< in the order of their days; more than one: the key was changed
  std::vector<coverage_gap> gaps;        ///< at most coverage::max_gaps
  std::uint64_t gap_count = 0;
};

/// Reads to the end of `file`. With `trusted` keys, a signature by any other one is wrong.
[[nodiscard]] std::variant<verified_export, file_problem> verify_export(std::istream& file,
                                                                        const std::vector<public_key>& trusted = {});

} // namespace sluice::evidence
