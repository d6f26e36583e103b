// Makes and drops partitions.
#include "actors/database_manager/store/partitions.hpp"

namespace sluice::store {

namespace {

/// Attaching and dropping wait for readers, and everybody who comes later waits behind them: better to give up and try
/// again in the next round. Chosen: far below the time-out of an ingest statement.
constexpr auto short_lock = "SET LOCAL lock_timeout = '1s'";

std::string name_of(const partitioned_table& table, const calendar_span& span) {
  return std::string{table.name} + '_' + suffix_of(span);
}

std::string bound(std::int64_t day) {
  return "'" + to_date(day) + " 00:00:00+00'";
}

} // namespace

outcome<done> partitions::load(session& connection) {
  present_.clear();
  return connection.transact<done>([&](pqxx::work& transaction) -> outcome<done> {
    for (const auto& table : partitioned_tables) {
      const auto rows = transaction.exec_params("SELECT c.relname FROM pg_inherits i JOIN pg_class c "
                                                "ON c.oid = i.inhrelid WHERE i.inhparent = $1::regclass",
                                                table.name);
      for (const auto& row : rows) {
        const std::string name = row[0].c_str();
        if (!name.starts_with(std::string{table.name} + '_'))
          continue; // not one of ours
        const auto suffix = name.substr(std::string_view{table.name}.size() + 1);
        if (const auto span = parse_suffix(table.length, suffix))
          present_.emplace(name, *span);
      }
    }
    return done{};
  });
}

bool partitions::has(const partitioned_table& table, std::int64_t day) const {
  return present_.contains(name_of(table, span_of(table.length, day)));
}

void partitions::make(session& connection, const partitioned_table& table, std::int64_t day,
                      maintenance_report& report) {
  const auto span = span_of(table.length, day);
  const auto name = name_of(table, span);
  if (report.problem || present_.contains(name))
    return;
  const std::string parent = table.name;
  const std::string column = table.column;
  const auto from = bound(span.first_day);
  const auto to = bound(span.next_day);
  bool there = false;
  const auto made = connection.transact<done>([&](pqxx::work& transaction) -> outcome<done> {
    transaction.exec(short_lock);
    there = !transaction.exec1("SELECT to_regclass(" + transaction.quote(name) + ")")[0].is_null();
    if (there)
      return done{};
    // A number that the parent gives is given by the parent alone.
    transaction.exec("CREATE TABLE " + name + " (LIKE " + parent + " INCLUDING ALL EXCLUDING IDENTITY)");
    transaction.exec("WITH moved AS (DELETE FROM " + parent + "_default WHERE " + column + " >= " + from + " AND "
                     + column + " < " + to + " RETURNING *) INSERT INTO " + name + " SELECT * FROM moved");
    transaction.exec("ALTER TABLE " + parent + " ATTACH PARTITION " + name + " FOR VALUES FROM (" + from + ") TO (" + to
                     + ")");
    return done{};
  });
  if (!made) {
    report.problem = made.why();
    return;
  }
  present_.emplace(name, span);
  if (!there)
    report.changes.push_back({table.name, suffix_of(span), true});
}

void partitions::drop(session& connection, const partitioned_table& table, std::int64_t keep_from,
                      maintenance_report& report) {
  const auto prefix = std::string{table.name} + '_';
  for (auto i = present_.begin(); i != present_.end() && !report.problem;) {
    const auto& [name, span] = *i;
    // `samples_` is no prefix of `late_samples_…`, but a name must be the prefix and the span, nothing else.
    if (name != prefix + suffix_of(span) || span.next_day > keep_from) {
      ++i;
      continue;
    }
    const auto dropped = connection.transact<done>([&](pqxx::work& transaction) -> outcome<done> {
      transaction.exec(short_lock);
      transaction.exec("DROP TABLE IF EXISTS " + name);
      return done{};
    });
    if (!dropped) {
      report.problem = dropped.why();
      return;
    }
    report.changes.push_back({table.name, suffix_of(span), false});
    i = present_.erase(i);
  }
  if (report.problem)
    return;
  const auto deleted = connection.transact<done>([&](pqxx::work& transaction) -> outcome<done> {
    transaction.exec("DELETE FROM " + prefix + "default WHERE " + table.stored + " < " + bound(keep_from));
    return done{};
  });
  if (!deleted)
    report.problem = deleted.why();
}

} // namespace sluice::store
