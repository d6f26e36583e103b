// What is known of each stream from its samples: figures of the last second, ten minutes of history, and the row of the
// present second until it is complete. Pure: no clock, no sending.
#pragma once

#include "actors/application_server/observatory/history.hpp"
#include "actors/domain/sample_row.hpp"

#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace sluice {

/// Most streams that are remembered; samples of further ones still reach the SLA core, but are neither shown nor
/// stored, and are counted. Chosen: the size named in control.md, scenario 15; 24 KB each.
inline constexpr std::size_t max_streams = 10'000;

/// A stream without samples for so long is forgotten; its history would be empty.
inline constexpr duration forget_stream_after = std::chrono::minutes{10};

/// A row is complete when a sample of another second came, or after this long without one [a second and half of one].
inline constexpr duration row_patience = std::chrono::milliseconds{1500};

/// The figures of one full second, as shown to people.
struct stream_figures {
  double iops = 0;
  double bandwidth = 0; ///< bytes per second
  duration mean{0};     ///< total latency
  duration p50{0};
  duration p99{0};
  duration backend_mean{0};
};

/// Counters since the stream was first seen, for monitoring systems.
struct stream_totals {
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
  std::uint64_t read_bytes = 0;
  std::uint64_t write_bytes = 0;
  std::uint64_t errors = 0;
  std::uint64_t completions = 0;
  double latency_seconds = 0; ///< sum of the total latency
};

struct stream_record {
  std::string backend;
  std::uint64_t incarnation = 0;   ///< of the gateway
  std::uint64_t last_sequence = 0; ///< of the last sample taken
  instant heard{0};                ///< when it came
  wall_time last_seen;             ///< its time label
  control_state control = control_state::unlimited;
  std::uint32_t backlog = 0;
  std::uint32_t in_flight = 0;
  stream_figures last_second;
  instant completed{0}; ///< when `last_second` was
  stream_totals totals;
  history past;
  std::optional<sample_row> open; ///< the row that is being added up
  instant opened{0};
};

class stream_book {
public:
  enum class taken { yes, repeated, no_room };

  /// The present limit of a stream [I/O per second], 0 = none: noted in its history.
  using limit_lookup = std::function<std::uint64_t(const stream_id&)>;

  explicit stream_book(limit_lookup limit_of = {}, std::size_t bound = max_streams)
      : limit_of_(std::move(limit_of)), bound_(bound) {}

  /// Adds a sample. Rows that it completes are appended to `complete`. Refuses one that was taken before.
  taken take(const sample& x, std::uint64_t incarnation, instant now, std::vector<sample_row>& complete);

  /// Completes the rows whose patience is over and forgets streams that are gone.
  void advance(instant now, std::vector<sample_row>& complete);

  /// The oldest second of which more samples may come: of the streams that were heard of within `patience`, and of the
  /// rows that are not complete. Nothing if there is none.
  [[nodiscard]] std::optional<wall_time> oldest_open(instant now, duration patience) const;

  /// Completes all rows: the process stops.
  void close(instant now, std::vector<sample_row>& complete);

  /// Sorted by stream.
  [[nodiscard]] const std::map<stream_id, stream_record>& streams() const noexcept {
    return streams_;
  }
  [[nodiscard]] const stream_record* find(const stream_id& x) const;

private:
  void complete_row(const stream_id& stream, stream_record& record, instant now, std::vector<sample_row>& complete);

  limit_lookup limit_of_;
  std::size_t bound_;
  std::map<stream_id, stream_record> streams_;
};

/// The figures of a row.
[[nodiscard]] stream_figures figures_of(const sample_row& x);

} // namespace sluice
