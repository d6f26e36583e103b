// Stores rows, verdicts and events, each once however often it is sent.
#pragma once

#include "actors/database_manager/store/packed_row.hpp"
#include "actors/database_manager/store/session.hpp"

#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

namespace sluice::store {

/// Thread safety: as its session.
class row_writer {
public:
  /// Makes the session's staging tables and forgets the streams' numbers. To be called after each connecting.
  outcome<done> prepare(session& connection);

  /// Stores the batches in one transaction. Answers for each batch how many of its lines were new.
  outcome<std::vector<std::uint64_t>> append(session& connection,
                                             std::span<const std::shared_ptr<const packed_batch>> batches);

private:
  outcome<done> number_streams(session& connection, std::span<const std::shared_ptr<const packed_batch>> batches);

  std::unordered_map<stream_id, std::int32_t> streams_; ///< numbers of committed streams
};

} // namespace sluice::store
