// Stores rows: COPY into a temporary table of the session, then INSERT … ON CONFLICT DO NOTHING, which counts what is
// new.
#include "actors/database_manager/store/row_writer.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace sluice::store {

namespace {

using batches_view = std::span<const std::shared_ptr<const packed_batch>>;

/// The cache is dropped when it holds more. Chosen: 20 times the streams of the largest scenario; about 20 MB.
constexpr std::size_t max_numbered_streams = 200'000;

/// One kind of line: how its table is called and which columns are copied, in the order of the tuple below.
struct line_kind {
  const char* table;
  std::vector<std::string> columns; ///< the first is the staging table's `batch`
};

const line_kind& sample_lines() {
  static const line_kind kind{"samples",
                              {"batch",
                               "stream",
                               "second",
                               "incarnation",
                               "first_sequence",
                               "last_sequence",
                               "samples",
                               "interval_ns",
                               "arrivals",
                               "completions",
                               "errors",
                               "reads",
                               "writes",
                               "read_bytes",
                               "write_bytes",
                               "backlog",
                               "in_flight",
                               "mean_in_flight",
                               "limited_by_rate_ns",
                               "limited_by_depth_ns",
                               "generation",
                               "control",
                               "backend",
                               "backend_latency_sum_ns",
                               "total_latency_sum_ns",
                               "backend_latency",
                               "total_latency"}};
  return kind;
}

const line_kind& verdict_lines() {
  static const line_kind kind{"verdicts",
                              {"batch", "agreement", "version", "point", "since", "length_ns", "outcome", "cause",
                               "culprit", "measured_ns", "target_ns", "iops"}};
  return kind;
}

const line_kind& event_lines() {
  static const line_kind kind{"events", {"batch", "at", "kind", "subject", "text"}};
  return kind;
}

/// An integer array as PostgreSQL reads it.
std::string to_array(const std::vector<std::int32_t>& x) {
  std::string text{"{"};
  for (const auto value : x) {
    if (text.size() > 1)
      text += ',';
    text += std::to_string(value);
  }
  return text + '}';
}

auto fields_of(std::size_t batch, std::int32_t stream, const packed_row& x) {
  return std::make_tuple(
      batch, stream, to_timestamp(wall_time{x.second * 1'000'000}), static_cast<std::int64_t>(x.incarnation),
      x.first_sequence, x.last_sequence, x.samples, x.interval.count(), x.arrivals, x.completions, x.errors, x.reads,
      x.writes, x.read_bytes, x.write_bytes, x.backlog, x.in_flight, x.mean_in_flight, x.limited_by_rate.count(),
      x.limited_by_depth.count(), x.generation, static_cast<int>(x.control), x.backend, x.backend_latency_sum.count(),
      x.total_latency_sum.count(), to_array(x.backend_latency), to_array(x.total_latency));
}

auto fields_of(std::size_t batch, const verdict& x) {
  return std::make_tuple(batch, x.agreement, x.version, x.point, to_timestamp(x.from), x.length.count(),
                         std::string{to_string(x.outcome)}, std::string{to_string(x.cause)}, x.culprit,
                         x.measured.count(), x.target.count(), x.iops);
}

auto fields_of(std::size_t batch, const event& x) {
  return std::make_tuple(batch, to_timestamp(x.at), std::string{to_string(x.kind)}, x.subject, x.text);
}

std::string staging(const line_kind& kind) {
  return std::string{"staged_"} + kind.table;
}

/// Moves the staged lines to their table and adds to `fresh` how many of each batch were new.
void store_staged(pqxx::work& transaction, const line_kind& kind, std::vector<std::uint64_t>& fresh) {
  std::string columns;
  for (std::size_t i = 1; i < kind.columns.size(); ++i)
    columns += (i == 1 ? "" : ", ") + kind.columns[i];
  const auto insert = "INSERT INTO " + std::string{kind.table} + " (" + columns + ") SELECT " + columns + " FROM "
                      + staging(kind) + " WHERE batch = $1 ON CONFLICT DO NOTHING";
  for (std::size_t batch = 0; batch < fresh.size(); ++batch)
    fresh[batch] += transaction.exec_params(insert, batch).affected_rows();
}

template<class Select, class Fields>
void store_kind(pqxx::work& transaction, const line_kind& kind, batches_view batches, const Select& select,
                const Fields& fields, std::vector<std::uint64_t>& fresh) {
  if (std::all_of(batches.begin(), batches.end(), [&](const auto& x) {
        return select(*x).empty();
      }))
    return;
  pqxx::stream_to copy{transaction, staging(kind), kind.columns};
  for (std::size_t batch = 0; batch < batches.size(); ++batch) {
    for (const auto& line : select(*batches[batch]))
      copy << fields(batch, line);
  }
  copy.complete();
  store_staged(transaction, kind, fresh);
}

std::int32_t number_of(pqxx::work& transaction, const stream_id& x) {
  // Looked up before it is inserted: ON CONFLICT DO NOTHING would use up a number each time.
  const auto found = transaction.exec_params(
      "SELECT id FROM streams WHERE gateway = $1 AND volume = $2 AND client = $3", x.gateway, x.volume, x.client);
  if (!found.empty())
    return found[0][0].as<std::int32_t>();
  return transaction
      .exec_params1("INSERT INTO streams (gateway, volume, client) VALUES ($1, $2, $3) RETURNING id", x.gateway,
                    x.volume, x.client)[0]
      .as<std::int32_t>();
}

} // namespace

outcome<done> row_writer::prepare(session& connection) {
  streams_.clear();
  return connection.transact<done>([](pqxx::work& transaction) -> outcome<done> {
    for (const auto* kind : {&sample_lines(), &verdict_lines(), &event_lines()})
      transaction.exec("CREATE TEMPORARY TABLE " + staging(*kind) + " (batch integer NOT NULL, LIKE "
                       + std::string{kind->table} + " INCLUDING DEFAULTS) ON COMMIT DELETE ROWS");
    return done{};
  });
}

outcome<done> row_writer::number_streams(session& connection, batches_view batches) {
  if (streams_.size() > max_numbered_streams)
    streams_.clear();
  std::set<stream_id> unknown;
  for (const auto& batch : batches) {
    for (const auto& row : batch->rows) {
      if (!streams_.contains(row.stream))
        unknown.insert(row.stream);
    }
  }
  if (unknown.empty())
    return done{};
  // In a transaction of its own: numbers are remembered only once they are committed.
  auto numbered = connection.transact<std::vector<std::int32_t>>([&](pqxx::work& transaction) {
    std::vector<std::int32_t> numbers;
    for (const auto& stream : unknown)
      numbers.push_back(number_of(transaction, stream));
    return outcome<std::vector<std::int32_t>>{std::move(numbers)};
  });
  if (!numbered)
    return numbered.why();
  auto number = numbered->begin();
  for (const auto& stream : unknown)
    streams_.emplace(stream, *number++);
  return done{};
}

outcome<std::vector<std::uint64_t>> row_writer::append(session& connection, batches_view batches) {
  if (const auto numbered = number_streams(connection, batches); !numbered)
    return numbered.why();
  return connection.transact<std::vector<std::uint64_t>>([&](pqxx::work& transaction) {
    std::vector<std::uint64_t> fresh(batches.size(), 0);
    store_kind(
        transaction, sample_lines(), batches, [](const packed_batch& x) -> auto& { return x.rows; },
        [&](std::size_t batch, const packed_row& x) {
          return fields_of(batch, streams_.at(x.stream), x);
        },
        fresh);
    store_kind(
        transaction, verdict_lines(), batches, [](const packed_batch& x) -> auto& { return x.verdicts; },
        [](std::size_t batch, const verdict& x) {
          return fields_of(batch, x);
        },
        fresh);
    store_kind(
        transaction, event_lines(), batches, [](const packed_batch& x) -> auto& { return x.events; },
        [](std::size_t batch, const event& x) {
          return fields_of(batch, x);
        },
        fresh);
    return outcome<std::vector<std::uint64_t>>{std::move(fresh)};
  });
}

} // namespace sluice::store
