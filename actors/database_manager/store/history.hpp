// What is asked of the history: a connection of its own that can only read, and the questions as plain calls that block
// and never throw at their caller. Knows the domain and libpqxx; knows no actor, no clock and no calendar.
#pragma once

#include "actors/database_manager/store/database.hpp"
#include "actors/database_manager/store/series_sum.hpp"
#include "actors/domain/export_question.hpp"
#include "actors/domain/history_answer.hpp"
#include "actors/domain/history_question.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sluice::store {

/// Intervals of one agreement that are to be counted.
struct counted_span {
  std::string agreement;
  wall_time from;
  wall_time to;
  wall_time reach_from; ///< also those that begin from here on and reach into it; `from` = none
};

/// Intervals of one objective, counted. `point` is whole_agreement where they are of all objectives together.
struct counted {
  std::string agreement;
  std::uint32_t version = 0;
  std::int32_t point = 0;
  wall_time hour; ///< the UTC hour in which they begin; zero = all of the span
  interval_counts counts;
};

/// Where a page of verdicts ends: the next one begins after it.
struct verdict_key {
  wall_time since;
  std::uint32_t point = 0;
  std::uint32_t version = 0;
};

/// Where a page of rows ends.
struct row_key {
  std::int64_t second_s = 0;    ///< since 1970
  std::int64_t incarnation = 0; ///< as it is stored, in two's complement
  std::uint64_t first_sequence = 0;
  bool late = false; ///< of two rows with one key the one that came in time is before the late one
};

/// A row without the name of its stream.
struct exported_row {
  packed_row row;
  bool late = false;
};

/// How far the derivations have come; zero = not at all.
struct derived_until {
  wall_time minutes;
  wall_time hours;
  wall_time verdicts;
};

class evidence_export;

/// The questions, all within one transaction: they see the same state. Exceptions of libpqxx pass through to
/// history::read(). No call answers without a bound; each says which.
class reading {
public:
  struct source;
  explicit reading(source& from) noexcept : from_(from) {}

  [[nodiscard]] derived_until progress();

  /// streams.id; nothing if there never was one.
  [[nodiscard]] std::optional<std::int32_t> stream_number(const stream_id& x);

  /// All streams that were ever stored, at most `most`, the oldest first.
  [[nodiscard]] std::vector<std::pair<std::int32_t, stream_id>> streams(std::size_t most);

  /// Verdicts of one agreement in [from, to) by (since, point, version), those after `after`; at most `most`.
  /// @param imported those from elsewhere instead of those that were judged here
  [[nodiscard]] std::vector<final_verdict> verdicts(const std::string& agreement, wall_time from, wall_time to,
                                                    bool imported, const std::optional<verdict_key>& after,
                                                    std::size_t most);

  /// Rows of one stream in [from, to), those that came late too, by row_key, those after `after`; at most `most`.
  [[nodiscard]] std::vector<exported_row> rows(std::int32_t stream, wall_time from, wall_time to,
                                               const std::optional<row_key>& after, std::size_t most);

  /// The next part of an export of evidence.
  [[nodiscard]] outcome<std::string> next_page(evidence_export& x);

  /// Adds the rows of these streams in [from, to) to `sums`, of seconds those that came late too.
  void add_rows(resolution::table table, std::span<const std::int32_t> streams, wall_time from, wall_time to,
                series_sum& sums);

  /// The versions that were in force at some time in [from, to), by name and version. Empty names stand for all.
  [[nodiscard]] std::vector<agreement_period> versions(const std::string& agreement, const std::string& tenant,
                                                       wall_time from, wall_time to);

  /// Counts the intervals that begin in the spans: whole hours from compliance_hours, the rest from the verdicts. Spans
  /// of one agreement must not overlap. @param by_hour one entry per hour
  [[nodiscard]] std::vector<counted> count(std::span<const counted_span> spans, bool by_hour);

  /// Violated intervals of an agreement that begin in [from, to) and touch none of `without`, joined. At most `limit`,
  /// from `after` on. @param next where the next page begins; empty if there is none
  [[nodiscard]] std::vector<violation> violations(const std::string& agreement, wall_time from, wall_time to,
                                                  std::span<const counted_span> without, std::uint32_t limit,
                                                  const std::string& after, std::string& next);

  /// The most violated time in [from, to) by culprit, agreement or tenant, at most `limit`.
  [[nodiscard]] std::vector<ranked> top(ranking by, const std::string& tenant, wall_time from, wall_time to,
                                        std::span<const counted_span> without, std::uint32_t limit);

  /// On one stream, newest first, those behind `after`, at most `limit`.
  [[nodiscard]] std::vector<decision> decisions(const stream_id& stream, wall_time from, wall_time to,
                                                std::uint32_t limit, const std::string& after, std::string& next);

  /// All exclusions in the order of their entry, those that take back too; at most `most` and a page.
  [[nodiscard]] std::vector<exclusion> exclusions(std::size_t most);

  /// Who changed what in [from, to), newest first, from `after` on, at most `limit`. @param who what the name holds;
  /// empty = anybody @param action empty = any
  [[nodiscard]] std::vector<audit_entry> audit(const std::string& who, const std::string& action, wall_time from,
                                               wall_time to, std::uint32_t limit, const std::string& after,
                                               std::string& next);

  /// Of an agreement's verdicts before `to`.
  [[nodiscard]] sluice::proof proof(const std::string& agreement, wall_time to);

private:
  source& from_;
};

/// One connection for questions; every statement ends after `statement_timeout`, and when the connection is cut
/// (`line()->cut()`, from any thread) PostgreSQL ends it within a second. One thread.
class history {
public:
  history(connection_settings settings, std::chrono::milliseconds statement_timeout);
  ~history();
  history(const history&) = delete;
  history& operator=(const history&) = delete;

  [[nodiscard]] const std::shared_ptr<interrupter>& line() const noexcept;

  /// Runs `body` in one read-only snapshot. Connects if there is no connection.
  outcome<history_answer> read(const std::function<outcome<history_answer>(reading&)>& body);

  /// The same for a page of an export.
  outcome<export_page> read_page(const std::function<outcome<export_page>(reading&)>& body);

  /// Verifies every chain, root and term in one snapshot; see chain_check.hpp. Takes as long as reading all verdicts.
  outcome<check_report> check_evidence(wall_time now, const retention& kept, check_progress* seen);

  /// The next question connects anew.
  void close() noexcept;

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace sluice::store
