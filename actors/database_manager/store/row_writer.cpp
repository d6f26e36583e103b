// COPY straight into the tables; when PostgreSQL reports a repeated key, or a row is late, COPY into temporary tables
// of the session and from there what is new.
#include "actors/database_manager/store/row_writer.hpp"

#include "actors/database_manager/store/bulk_copy.hpp"
#include "actors/database_manager/store/derived_writer.hpp"
#include "actors/database_manager/store/row_lines.hpp"

#include <algorithm>
#include <iterator>
#include <set>

namespace sluice::store {

namespace {

/// The cache is dropped when it holds more. Chosen: 20 times the streams of the largest scenario; about 20 MB.
constexpr std::size_t max_numbered_streams = 200'000;

/// Chosen: a statement of 50 KB.
constexpr std::size_t numbered_at_once = 1'000;

/// The columns of a row's key, and that a stored row makes the row `t` needless: it is of the same samples and more.
constexpr auto same_second = "s.stream = t.stream AND s.second = t.second AND s.incarnation = t.incarnation";

std::string staging(const line_kind& kind) {
  return std::string{"staged_"} + kind.table;
}

std::string list_of(const line_kind& kind) {
  std::string columns;
  for (const auto& column : kind.columns)
    columns += (columns.empty() ? "" : ", ") + column;
  return columns;
}

/// `a = excluded.a, …` for the columns that are not in the key.
std::string replacements(const line_kind& kind, std::size_t key_columns) {
  std::string text;
  for (auto i = key_columns; i < kind.columns.size(); ++i)
    text += (text.empty() ? "" : ", ") + kind.columns[i] + " = excluded." + kind.columns[i];
  return text;
}

template<class Select, class Put>
void copy_kind(pqxx::work& transaction, const line_kind& kind, bool staged, batches_view batches, const Select& select,
               const Put& put_line) {
  if (std::all_of(batches.begin(), batches.end(), [&](const auto& x) {
        return select(*x).empty();
      }))
    return;
  auto columns = kind.columns;
  if (staged)
    columns.emplace_back("batch");
  bulk_copy copy{transaction, staged ? staging(kind) : kind.table, columns};
  for (std::size_t batch = 0; batch < batches.size(); ++batch) {
    for (const auto& line : select(*batches[batch])) {
      put_line(copy.text(), line);
      if (staged)
        copy.text().integer(static_cast<std::int64_t>(batch));
      copy.end_line();
    }
  }
  copy.complete();
}

/// Whether the interval of a finding was closed before it came: then it is stored and changes nothing.
bool is_judged(const verdict& x, std::int64_t closed_until_s) {
  return x.from.unix_us + std::chrono::duration_cast<std::chrono::microseconds>(x.length).count()
         <= closed_until_s * 1'000'000;
}

/// Copies all lines of all batches, with the number of their batch if they are staged.
template<class NumberOf>
void copy_all(pqxx::work& transaction, bool staged, batches_view batches, std::int64_t closed_until_s,
              const NumberOf& number_of) {
  const auto plain = [](copy_text& to, const auto& x) {
    put(to, x);
  };
  copy_kind(
      transaction, sample_lines(), staged, batches, [](const packed_batch& x) -> auto& { return x.rows; },
      [&](copy_text& to, const packed_row& x) {
        put(to, number_of(x.stream), x);
      });
  copy_kind(
      transaction, finding_lines(), staged, batches, [](const packed_batch& x) -> auto& { return x.verdicts; },
      [&](copy_text& to, const verdict& x) {
        put(to, x);
        to.flag(is_judged(x, closed_until_s));
      });
  copy_kind(
      transaction, event_lines(), staged, batches, [](const packed_batch& x) -> auto& { return x.events; }, plain);
  copy_kind(
      transaction, audit_lines(), staged, batches, [](const packed_batch& x) -> auto& { return x.audit; }, plain);
}

/// Stores the staged rows that are in time. Of two with one key the one with the later last sequence stays, and a row
/// whose samples are all in another one (the halves of a second that was replayed as a whole) goes.
void store_rows(pqxx::work& transaction, std::int64_t closed_until_s, std::vector<std::uint64_t>& fresh) {
  const auto columns = list_of(sample_lines());
  const auto insert = "INSERT INTO samples AS s (" + columns
                      + ") SELECT DISTINCT ON (stream, second, incarnation, "
                        "first_sequence) "
                      + columns
                      + " FROM staged_samples t WHERE batch = $1 AND second >= "
                        "to_timestamp($2) AND NOT EXISTS (SELECT FROM samples s WHERE "
                      + same_second
                      + " AND s.first_sequence < t.first_sequence AND s.last_sequence >= t.last_sequence) "
                        "ORDER BY stream, second, incarnation, first_sequence, last_sequence DESC ON CONFLICT (stream, "
                        "second, incarnation, first_sequence) DO UPDATE SET "
                      + replacements(sample_lines(), 4) + " WHERE s.last_sequence < excluded.last_sequence";
  for (std::size_t batch = 0; batch < fresh.size(); ++batch)
    fresh[batch] += transaction.exec_params(insert, batch, closed_until_s).affected_rows();
  transaction.exec("DELETE FROM samples s USING staged_samples t WHERE " + std::string{same_second}
                   + " AND s.first_sequence > t.first_sequence AND s.last_sequence <= t.last_sequence");
}

/// Stores the staged rows that came too late, unless they are known as rows in time. Answers how many are new.
std::uint64_t store_late(pqxx::work& transaction, std::int64_t closed_until_s, std::vector<std::uint64_t>& fresh) {
  const auto columns = list_of(sample_lines());
  const auto insert = "INSERT INTO late_samples (" + columns + ") SELECT " + columns
                      + " FROM staged_samples t WHERE "
                        "batch = $1 AND second < to_timestamp($2) AND NOT EXISTS (SELECT FROM samples s WHERE "
                      + same_second
                      + " AND s.first_sequence <= t.first_sequence AND s.last_sequence >= t.last_sequence) "
                        "ON CONFLICT DO NOTHING";
  std::uint64_t late = 0;
  for (std::size_t batch = 0; batch < fresh.size(); ++batch) {
    const auto stored = transaction.exec_params(insert, batch, closed_until_s).affected_rows();
    fresh[batch] += stored;
    late += stored;
  }
  return late;
}

/// Stores the staged lines of a kind of which equal ones are one.
void store_once(pqxx::work& transaction, const line_kind& kind, std::vector<std::uint64_t>& fresh) {
  const auto columns = list_of(kind);
  const auto insert = "INSERT INTO " + std::string{kind.table} + " (" + columns + ") SELECT " + columns + " FROM "
                      + staging(kind) + " WHERE batch = $1 ON CONFLICT DO NOTHING";
  for (std::size_t batch = 0; batch < fresh.size(); ++batch)
    fresh[batch] += transaction.exec_params(insert, batch).affected_rows();
}

using stream_numbers = std::unordered_map<stream_id, std::int32_t>;

/// `('gateway', 'volume', 'client'), …`
std::string values_of(pqxx::work& transaction, std::span<const stream_id> streams) {
  std::string text;
  for (const auto& x : streams)
    text += (text.empty() ? "(" : ", (") + transaction.quote(x.gateway) + ", " + transaction.quote(x.volume) + ", "
            + transaction.quote(x.client) + ')';
  return text;
}

void add_numbers(const pqxx::result& rows, stream_numbers& to) {
  for (const auto& row : rows)
    to.emplace(stream_id{row[0].c_str(), row[1].c_str(), row[2].c_str()}, row[3].as<std::int32_t>());
}

/// The numbers of streams, in two statements. Looked up before they are inserted: ON CONFLICT DO NOTHING would use up
/// a number each time.
void give_numbers(pqxx::work& transaction, std::span<const stream_id> streams, stream_numbers& to) {
  add_numbers(transaction.exec("SELECT gateway, volume, client, id FROM streams JOIN (VALUES "
                               + values_of(transaction, streams)
                               + ") AS wanted (gateway, volume, client) USING (gateway, volume, client)"),
              to);
  std::vector<stream_id> missing;
  std::copy_if(streams.begin(), streams.end(), std::back_inserter(missing), [&](const stream_id& x) {
    return !to.contains(x);
  });
  if (!missing.empty())
    add_numbers(transaction.exec("INSERT INTO streams (gateway, volume, client) VALUES "
                                 + values_of(transaction, missing) + " RETURNING gateway, volume, client, id"),
                to);
}

} // namespace

outcome<done> row_writer::prepare(session& connection) {
  streams_.clear();
  return connection.transact<done>([](pqxx::work& transaction) -> outcome<done> {
    for (const auto* kind : {&sample_lines(), &finding_lines(), &event_lines(), &audit_lines()})
      transaction.exec("CREATE TEMPORARY TABLE " + staging(*kind) + " ON COMMIT DELETE ROWS AS SELECT " + list_of(*kind)
                       + ", 0 AS batch FROM " + kind->table + " WITH NO DATA");
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
  const std::vector<stream_id> all{unknown.begin(), unknown.end()};
  // In transactions of their own: numbers are remembered only once they are committed.
  for (std::size_t first = 0; first < all.size(); first += numbered_at_once) {
    auto numbered = connection.transact<stream_numbers>([&](pqxx::work& transaction) -> outcome<stream_numbers> {
      stream_numbers numbers;
      const std::span some{all};
      give_numbers(transaction, some.subspan(first, std::min(numbered_at_once, all.size() - first)), numbers);
      return numbers;
    });
    if (!numbered)
      return numbered.why();
    streams_.merge(*numbered);
  }
  return done{};
}

outcome<appended> row_writer::append(session& connection, batches_view batches, std::int64_t closed_until_s) {
  if (const auto numbered = number_streams(connection, batches); !numbered)
    return numbered.why();
  const auto number = [&](const stream_id& x) {
    return streams_.at(x);
  };
  const bool none_late = std::all_of(batches.begin(), batches.end(), [&](const auto& batch) {
    return std::all_of(batch->rows.begin(), batch->rows.end(), [&](const packed_row& x) {
      return x.second >= closed_until_s;
    });
  });
  if (none_late) {
    auto direct = connection.transact<appended>([&](pqxx::work& transaction) -> outcome<appended> {
      appended all;
      copy_all(transaction, false, batches, closed_until_s, number);
      for (const auto& batch : batches)
        all.fresh.push_back(batch->size() - batch->decisions.size());
      write_decisions(transaction, batches, all.fresh);
      return all;
    });
    if (direct || direct.why().kind != failure_kind::repeated)
      return direct;
  }
  return connection.transact<appended>([&](pqxx::work& transaction) -> outcome<appended> {
    appended all;
    all.detour = true;
    all.fresh.assign(batches.size(), 0);
    // By the index, whatever is believed of a table that was filled a moment ago.
    transaction.exec("SET LOCAL enable_hashjoin = off");
    transaction.exec("SET LOCAL enable_mergejoin = off");
    copy_all(transaction, true, batches, closed_until_s, number);
    store_rows(transaction, closed_until_s, all.fresh);
    all.late = store_late(transaction, closed_until_s, all.fresh);
    for (const auto* kind : {&finding_lines(), &event_lines(), &audit_lines()})
      store_once(transaction, *kind, all.fresh);
    write_decisions(transaction, batches, all.fresh);
    return all;
  });
}

} // namespace sluice::store
