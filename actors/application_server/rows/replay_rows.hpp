// Rows of samples that were measured before this process was there, as the performance monitor repeats them. Pure;
// shows and decides nothing.
#pragma once

#include "actors/domain/sample_row.hpp"

#include <cstddef>
#include <map>
#include <vector>

namespace sluice {

/// The samples of a stream come in order; the rows are those that the process before would have made, so that what it
/// stored is recognised.
class replay_rows {
public:
  explicit replay_rows(std::size_t bound) : bound_(bound) {}

  /// Adds a sample; rows that it completes are appended to `complete`. False if it is left out: of a second before
  /// `whole_from`, of which samples are missing, or of one stream too many.
  bool take(const sample& x, std::uint64_t incarnation, wall_time whole_from, std::vector<sample_row>& complete) {
    if (x.taken < whole_from)
      return false;
    const auto found = open_.find(x.stream);
    if (found != open_.end() && found->second.incarnation == incarnation && x.sequence <= found->second.last_sequence)
      return false;
    if (found == open_.end()) {
      if (open_.size() >= bound_)
        return false;
      open_.emplace(x.stream, make_row(x, incarnation));
    } else if (!add(found->second, x, incarnation)) {
      complete.push_back(std::move(found->second));
      found->second = make_row(x, incarnation);
    }
    return true;
  }

  /// Nothing follows: completes all rows.
  void close(std::vector<sample_row>& complete) {
    for (auto& [stream, row] : open_)
      complete.push_back(std::move(row));
    open_.clear();
  }

private:
  std::size_t bound_;
  std::map<stream_id, sample_row> open_;
};

} // namespace sluice
