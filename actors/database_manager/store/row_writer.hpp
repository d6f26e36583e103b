// Stores the lines of batches, each once however often it is sent: straight into their tables, and by a detour where
// something was there already.
#pragma once

#include "actors/database_manager/store/database.hpp"
#include "actors/database_manager/store/session.hpp"

#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

namespace sluice::store {

using batches_view = std::span<const std::shared_ptr<const packed_batch>>;

/// Thread safety: as its session.
class row_writer {
public:
  /// Makes the session's staging tables and forgets the streams' numbers. To be called after each connecting.
  outcome<done> prepare(session& connection);

  /// Stores the batches in one transaction. Rows of seconds before `closed_until_s` are kept apart [s since 1970].
  outcome<appended> append(session& connection, batches_view batches, std::int64_t closed_until_s);

  /// The number of a stream whose rows were stored; nothing if it is not known.
  [[nodiscard]] std::int32_t number_of(const stream_id& x) const {
    const auto found = streams_.find(x);
    return found == streams_.end() ? 0 : found->second;
  }

private:
  outcome<done> number_streams(session& connection, batches_view batches);

  std::unordered_map<stream_id, std::int32_t> streams_; ///< numbers of committed streams
};

} // namespace sluice::store
