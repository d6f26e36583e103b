// What was recorded of streams: their requests, or their rates second by second. Reads files; simulates nothing.
#pragma once

#include "actors/domain/stream.hpp"
#include "tests/sim/scenario/scenario.hpp"
#include "tests/sim/scenario/tree.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sluice::sim {

/// Most requests of all files together. Chosen: 320 MB in memory, as for a scenario's trace.
inline constexpr std::size_t max_recorded_requests = 10'000'000;
/// The largest file of answers of the API that is read [bytes]. Chosen: 700 streams of 600 s.
inline constexpr std::size_t max_answer_bytes = 64 * 1024 * 1024;

struct recorded_stream {
  stream_id id;
  std::vector<trace_record> records; ///< by time, since the beginning of the recording
};

struct recording {
  std::vector<recorded_stream> streams; ///< by name
  duration length{0};                   ///< up to the last request, rounded up to a second
};

/// Reads files and puts them side by side. Two forms, told apart by the first character:
/// - lines `time_us,operation,size_bytes,offset_bytes[,stream]`; operation R or W; times must not fall within a file
/// and
///   count from its beginning. The first line may name the columns; lines that begin with # are comments;
/// - the answer of `GET /api/v1/streams/G/V/C?seconds=N`: the rates of a stream, as reads spread evenly over each
/// second.
///   Several answers are put side by side by their times, also those of one file: `sluicectl traffic` prints them as
///   the `items` of an object.
/// @param otherwise the stream of lines that name none
/// What is wrong is told in `problems`, with the line; then the recording is of no use.
void read_recording(const std::string& file, const std::optional<stream_id>& otherwise, recording& to,
                    std::vector<complaint>& problems);

/// After the last file: begins the answers' time at the earliest of them, sorts, measures the length.
void finish(recording& x);

} // namespace sluice::sim
