// One stored row of performance data: a stream's samples of one second, added up.
#pragma once

#include "actors/domain/sample.hpp"

#include <cstdint>
#include <tuple>

namespace sluice {

/// A stream's samples of one wall-clock second. The key (stream, second, incarnation, first_sequence) is the gateway's
/// own count, so that a row sent twice is recognised, and the two halves of a second in which the application server
/// was restarted are two rows whose counters add up (invariant 4).
struct sample_row {
  sample total;                  ///< counters and histograms added up; gauges (backlog, in flight) as last seen;
                                 ///< `taken` is the beginning of the second
  std::uint64_t incarnation = 0; ///< of the gateway
  std::uint64_t first_sequence = 0;
  std::uint64_t last_sequence = 0;
  std::uint32_t samples = 0; ///< how many were added; with the sequences it says how many are missing
};

/// The wall-clock second that a time belongs to.
[[nodiscard]] constexpr wall_time second_of(wall_time x) noexcept {
  constexpr std::int64_t second = 1'000'000;
  const auto rest = x.unix_us % second;
  return wall_time{x.unix_us - (rest < 0 ? rest + second : rest)};
}

/// A row that holds nothing but `x`.
[[nodiscard]] sample_row make_row(const sample& x, std::uint64_t incarnation);

/// Adds `x` to the row. False, and nothing changed, if it belongs to another row: another stream, second or
/// incarnation, or a sequence not above the last one (a repeated or late sample).
[[nodiscard]] bool add(sample_row& row, const sample& x, std::uint64_t incarnation);

} // namespace sluice
