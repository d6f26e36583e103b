// The committed rows of the seconds that are not closed yet. Pure; derives nothing and reads no clock.
#pragma once

#include "actors/database_manager/store/packed_row.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace sluice::history {

/// A row with the number of its stream.
struct open_row {
  std::int32_t stream = 0; ///< streams.id
  std::shared_ptr<const store::packed_row> row;
};

/// Rows that wait for their second to be closed. Of two with one key the one with the later last sequence counts, and a
/// row whose samples are all in another one does not: as in the table, whatever came first.
class second_window {
public:
  /// Most rows that wait. Chosen: 10,000 streams for 3 minutes, 1.4 GB; at the bound the oldest second is closed before
  /// its time, so that late rows of it are kept apart.
  static constexpr std::size_t max_rows = 1'800'000;

  explicit second_window(std::size_t bound = max_rows) : bound_(bound) {}

  void add(open_row x);
  void clear() noexcept {
    seconds_.clear();
    rows_ = 0;
  }

  [[nodiscard]] bool empty() const noexcept {
    return seconds_.empty();
  }
  /// @pre !empty() @return [s since 1970]
  [[nodiscard]] std::int64_t oldest() const noexcept {
    return seconds_.begin()->first;
  }
  [[nodiscard]] bool full() const noexcept {
    return rows_ > bound_;
  }
  [[nodiscard]] std::size_t rows() const noexcept {
    return rows_;
  }

  /// Forgets the rows of this second and later.
  void drop_from(std::int64_t second) noexcept;
  /// @pre !empty() @return [s since 1970]
  [[nodiscard]] std::int64_t newest() const noexcept {
    return seconds_.rbegin()->first;
  }
  [[nodiscard]] std::size_t bound() const noexcept {
    return bound_;
  }

  /// Takes the rows of a second out, those that count, by stream, incarnation and sequence.
  [[nodiscard]] std::vector<open_row> close(std::int64_t second);

private:
  std::size_t bound_;
  std::size_t rows_ = 0;
  std::map<std::int64_t, std::vector<open_row>> seconds_;
};

} // namespace sluice::history
