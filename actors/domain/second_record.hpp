// What is stored of one agreement and wall-clock second, added up over its streams' rows. Judges nothing.
#pragma once

#include "actors/domain/interval_rule.hpp"
#include "actors/domain/sample_row.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace sluice {

/// The rows of one agreement and second added up. Integers only, hence the order in which the rows came cannot matter.
class second_record {
public:
  /// @param stream a number of its own for each stream; only whether it is the same counts
  /// @pre the row is of this second, and it was not added before
  void add(const sample_row& row, std::uint32_t stream);

  /// As empty as new; keeps the memory.
  void clear() noexcept;

  [[nodiscard]] bool empty() const noexcept {
    return heard_.empty();
  }

  /// Of all its requests.
  [[nodiscard]] const narrow_histogram& total() const noexcept {
    return total_;
  }

  /// As the judgement needs it. The length of the second is what was measured of the stream that was measured longest;
  /// a second without rows is one second long. What only the SLA core knows (deficits, culprits) is not in it. A second
  /// is unmeasured if samples are missing in a row, or one of the streams that were busy in the second before is not in
  /// it.
  /// @param busy_before ascending
  [[nodiscard]] judged_second facts(std::span<const std::uint32_t> busy_before) const;

  /// Replaces `to` by the streams that had traffic, ascending.
  void busy(std::vector<std::uint32_t>& to) const;

private:
  struct heard_stream {
    std::uint32_t stream = 0;
    bool traffic = false;
    duration measured{0};
  };
  [[nodiscard]] heard_stream& heard(std::uint32_t stream);
  [[nodiscard]] bool misses(std::span<const std::uint32_t> busy_before) const noexcept;

  std::vector<heard_stream> heard_; ///< ascending
  std::uint64_t arrivals_ = 0;
  std::uint64_t completions_ = 0;
  std::uint64_t reads_ = 0;
  std::uint64_t writes_ = 0;
  std::uint64_t read_bytes_ = 0;
  std::uint64_t write_bytes_ = 0;
  duration total_sum_{0};
  duration backend_sum_{0};
  duration held_{0}; ///< how long throttles held requests back, summed up over the streams
  bool waited_ = false;
  bool without_lease_ = false;
  bool gap_ = false; ///< samples are missing in a row
  narrow_histogram total_;
};

} // namespace sluice
