// The SQL of a new beginning.
#include "actors/database_manager/store/derived_reader.hpp"

#include "actors/database_manager/store/agreements.hpp"
#include "actors/database_manager/store/calendar.hpp"
#include "actors/database_manager/store/stored_row.hpp"

#include <algorithm>
#include <unordered_map>

namespace sluice::store {

namespace {

/// Seconds that are read at once: at least so many, and more while they hold few rows. Chosen: 50,000 rows of 10,000
/// streams, half a second to read; at most 600,000, should that many streams begin in a minute.
constexpr std::int64_t least_slice_s = 5;
constexpr std::int64_t most_slice_s = 60;
constexpr std::uint64_t few_rows = 5'000;

/// After so many slices without a row the next row is searched. Chosen: a short gap costs less than a search.
constexpr int slices_until_search = 4;

outcome<history::progress> read_progress(session& connection) {
  return connection.transact<history::progress>([](pqxx::work& transaction) -> outcome<history::progress> {
    history::progress x;
    for (const auto& row : transaction.exec("SELECT derivation, extract(epoch FROM until)::bigint FROM progress")) {
      const std::string_view what = row[0].c_str();
      const auto until = row[1].as<std::int64_t>();
      if (what == "seconds")
        x.seconds = until;
      else if (what == "minutes")
        x.minutes = until;
      else if (what == "hours")
        x.hours = until;
    }
    return x;
  });
}

history::open_row read_row(const pqxx::row& from) {
  auto x = std::make_shared<packed_row>(packed_row_of(from));
  x->stream = {from[stored_row_width].c_str(), from[stored_row_width + 1].c_str(), from[stored_row_width + 2].c_str()};
  return {from[0].as<std::int32_t>(), std::move(x)};
}

outcome<std::uint64_t> read_rows(session& connection, std::int64_t since, std::int64_t until, history::derivation& to) {
  return connection.transact<std::uint64_t>([&](pqxx::work& transaction) -> outcome<std::uint64_t> {
    const auto rows =
        transaction.exec_params("SELECT " + std::string{stored_row_columns}
                                    + ", gateway, volume, client FROM samples JOIN streams ON id = stream "
                                      "WHERE second >= to_timestamp($1) AND second < to_timestamp($2)",
                                since, until);
    for (const auto& row : rows)
      to.add(read_row(row));
    return std::uint64_t{rows.size()};
  });
}

/// The first or last second of a row in [from, to); 0 if there is none. Stream by stream, by the primary key: no row is
/// read, however many there are, and partitions of other days are left out.
outcome<std::int64_t> edge_second(session& connection, const char* which, std::int64_t from, const std::string& to) {
  return connection.transact<std::int64_t>([&](pqxx::work& transaction) -> outcome<std::int64_t> {
    const std::string edge{which};
    return transaction
        .exec_params1("SELECT coalesce(extract(epoch FROM " + edge + "((SELECT " + edge
                          + "(second) FROM samples WHERE stream = id AND second >= to_timestamp($1) AND second < $2)))"
                            "::bigint, 0) FROM streams",
                      from, to)[0]
        .as<std::int64_t>();
  });
}

outcome<std::int64_t> server_second(session& connection) {
  return connection.transact<std::int64_t>([](pqxx::work& transaction) -> outcome<std::int64_t> {
    return transaction.exec1("SELECT extract(epoch FROM date_trunc('second', now()))::bigint")[0].as<std::int64_t>();
  });
}

/// Where nothing was ever derived it begins ten minutes before the newest row: what came before the first rows were
/// closed is read again, however long ago that was. Of a database that has rows of an older schema the last ten minutes
/// are derived. A row of the future (a clock that jumped) is not the newest one. 0 = there are no rows.
outcome<std::int64_t> first_second(session& connection) {
  const auto now = server_second(connection);
  if (!now)
    return now.why();
  const auto soon = to_timestamp(wall_time{(*now + 3600) * 1'000'000});
  for (const auto ago : {std::int64_t{3'600}, std::int64_t{86'400}, *now}) { // seldom is more than the last hour needed
    const auto newest = edge_second(connection, "max", *now - ago, soon);
    if (!newest || *newest != 0)
      return newest ? outcome{std::max<std::int64_t>(*newest - 600, 1)} : newest;
  }
  return std::int64_t{0};
}

outcome<done> read_findings(session& connection, std::int64_t since, history::derivation& to) {
  return connection.transact<done>([&](pqxx::work& transaction) -> outcome<done> {
    static const std::unordered_map<std::string_view, verdict_outcome> outcomes{{"met", verdict_outcome::met},
                                                                                {"violated", verdict_outcome::violated},
                                                                                {"exempt", verdict_outcome::exempt},
                                                                                {"no-data", verdict_outcome::no_data}};
    for (const auto& row : transaction.exec_params(
             "SELECT agreement, version, point, (extract(epoch FROM since) * 1000000)::bigint, length_ns, outcome, "
             "cause, culprit, measured_ns, target_ns, iops FROM findings WHERE since >= to_timestamp($1) AND NOT late",
             since)) {
      verdict x;
      x.agreement = row[0].c_str();
      x.version = row[1].as<std::uint32_t>();
      x.point = row[2].as<std::uint32_t>();
      x.from = wall_time{row[3].as<std::int64_t>()};
      x.length = duration{row[4].as<std::int64_t>()};
      const auto found = outcomes.find(row[5].c_str());
      x.outcome = found == outcomes.end() ? verdict_outcome::no_data : found->second;
      for (auto cause = violation_cause::none; cause <= violation_cause::control;
           cause = static_cast<violation_cause>(static_cast<int>(cause) + 1))
        if (to_string(cause) == row[6].c_str())
          x.cause = cause;
      x.culprit = row[7].c_str();
      x.measured = duration{row[8].as<std::int64_t>()};
      x.target = duration{row[9].as<std::int64_t>()};
      x.iops = row[10].as<std::uint64_t>();
      to.add(x);
    }
    return done{};
  });
}

history::roll_up read_minute(const pqxx::row& from) {
  history::roll_up x;
  x.stream = from[0].as<std::int32_t>();
  x.since_s = from[1].as<std::int64_t>();
  int column = 2;
  for (auto* figure : {&x.seconds, &x.interval_ns, &x.arrivals, &x.completions, &x.errors, &x.reads, &x.writes,
                       &x.read_bytes, &x.write_bytes, &x.peak_completions, &x.limited_by_rate_ns,
                       &x.limited_by_depth_ns, &x.backend_latency_sum_ns, &x.total_latency_sum_ns})
    *figure = from[column++].as<std::uint64_t>();
  x.backend = from[16].c_str();
  std::vector<std::int32_t> cells;
  read_array(from[17].c_str(), cells);
  history::add_cells(x.backend_latency, cells);
  read_array(from[18].c_str(), cells);
  history::add_cells(x.total_latency, cells);
  return x;
}

outcome<done> read_minute_of_hour(session& connection, std::int64_t minute, history::derivation& to) {
  return connection.transact<done>([&](pqxx::work& transaction) -> outcome<done> {
    for (const auto& row : transaction.exec_params(
             "SELECT stream, extract(epoch FROM since)::bigint, seconds, interval_ns, arrivals, completions, errors, "
             "reads, writes, read_bytes, write_bytes, peak_completions, limited_by_rate_ns, limited_by_depth_ns, "
             "backend_latency_sum_ns, total_latency_sum_ns, backend, backend_latency, total_latency FROM minutes "
             "WHERE since = to_timestamp($1)",
             minute))
      to.add_minute(read_minute(row));
    return done{};
  });
}

} // namespace

outcome<std::vector<history::version_span>> read_versions(session& connection, wall_time since) {
  return connection.transact<std::vector<history::version_span>>(
      [&](pqxx::work& transaction) -> outcome<std::vector<history::version_span>> {
        std::vector<history::version_span> all;
        for (auto& [terms, until] : agreements_since(transaction, since)) {
          if (terms.suspended) // not judged
            continue;
          history::version_span x{std::move(terms), {}, until};
          x.from = x.terms.since;
          all.push_back(std::move(x));
        }
        return all;
      });
}

outcome<std::uint64_t> read_back(session& connection, history::derivation& to) {
  const auto reached = read_progress(connection);
  if (!reached)
    return reached.why();
  auto versions = read_versions(connection, wall_time{(reached->seconds - history::max_catch_up_s) * 1'000'000});
  if (!versions)
    return versions.why();
  to.begin(*reached, std::move(*versions));
  for (auto minute = reached->hours; minute < reached->minutes; minute += 60)
    if (const auto read = read_minute_of_hour(connection, minute, to); !read)
      return read.why();
  const auto first = reached->seconds == 0 ? first_second(connection) : outcome{to.needed_from()};
  if (!first)
    return first.why();
  if (*first == 0)
    return std::uint64_t{0};
  if (const auto read = read_findings(connection, *first, to); !read)
    return read.why();
  return read_on(connection, to, *first);
}

outcome<std::uint64_t> read_on(session& connection, history::derivation& to, std::int64_t from) {
  std::uint64_t rows = 0;
  int empty = 0;
  auto slice_s = least_slice_s;
  while (to.open_rows() < rows_at_once) {
    to.hold_from(from + slice_s);
    const auto read = read_rows(connection, from, from + slice_s, to);
    if (!read)
      return read.why();
    rows += *read;
    if (to.held_from() < from + slice_s) // far too many in one slice
      break;
    to.loaded();
    from += slice_s;
    slice_s = *read < few_rows ? std::min(2 * slice_s, most_slice_s) : least_slice_s;
    empty = *read > 0 ? 0 : empty + 1;
    if (empty < slices_until_search)
      continue;
    const auto next = edge_second(connection, "min", from, "infinity");
    if (!next)
      return next.why();
    if (*next == 0) {
      to.release();
      break;
    }
    from = *next;
  }
  return rows;
}

} // namespace sluice::store
