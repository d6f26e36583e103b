// What exports read: verdicts and rows in the order of their keys, a page after the other.
#include "actors/database_manager/store/evidence_export.hpp"
#include "actors/database_manager/store/history_source.hpp"
#include "actors/database_manager/store/stored_row.hpp"

namespace sluice::store {

namespace {

/// The value of an enumeration whose word is stored. @param last its last value
template<class T>
T word_of(const pqxx::field& x, T last) {
  for (unsigned i = 0; i <= static_cast<unsigned>(last); ++i)
    if (to_string(static_cast<T>(i)) == x.c_str())
      return static_cast<T>(i);
  throw pqxx::conversion_error{"a verdict holds the word " + std::string{x.c_str()} + ", which it cannot have"};
}

final_verdict verdict_of(const pqxx::row& row) {
  final_verdict x;
  auto& v = x.what;
  v.agreement = row[0].c_str();
  v.version = row[1].as<std::uint32_t>();
  v.point = row[2].as<std::uint32_t>();
  v.from = wall_time{row[3].as<std::int64_t>()};
  v.length = duration{row[4].as<std::int64_t>()};
  v.outcome = word_of(row[5], verdict_outcome::no_data);
  v.cause = word_of(row[6], violation_cause::control);
  v.culprit = row[7].c_str();
  v.measured = duration{row[8].as<std::int64_t>()};
  v.target = duration{row[9].as<std::int64_t>()};
  v.iops = row[10].as<std::uint64_t>();
  x.requests = row[11].as<std::uint64_t>();
  x.measured_seconds = row[12].as<std::uint32_t>();
  x.basis = word_of(row[13], verdict_basis::finding);
  return x;
}

/// Rows of a table after a key, in their order. $1 stream, $2 and $3 the span, $4 to $6 the key, $7 how many.
std::string rows_of(const char* table, bool late, const char* after) {
  return "(SELECT " + std::string{stored_row_columns} + ", " + (late ? "true" : "false") + " AS late FROM " + table
         + " WHERE stream = $1 AND second >= $2 AND second < $3 AND (second, incarnation, first_sequence) " + after
         + " (to_timestamp($4), $5, $6) ORDER BY second, incarnation, first_sequence LIMIT $7)";
}

} // namespace

std::vector<final_verdict> reading::verdicts(const std::string& agreement, wall_time from, wall_time to, bool imported,
                                             const std::optional<verdict_key>& after, std::size_t most) {
  // Whatever begins at `from` is after a key with a point below all. Both sides have 64 bits: -1 is not a u32.
  const auto since = after ? after->since : from;
  const auto point = after ? std::int64_t{after->point} : -1;
  const auto version = after ? std::int64_t{after->version} : -1;
  std::vector<final_verdict> out;
  for (const pqxx::row& row : from_.transaction.exec_params(
           "SELECT agreement, version, point, " + us_of("since")
               + ", length_ns, outcome, cause, culprit, measured_ns, target_ns, iops, requests, measured_seconds, "
                 "basis FROM "
               + (imported ? "imported_verdicts" : "verdicts")
               + " WHERE agreement = $1 AND since >= $2 AND since < $3 AND (since, point, version) > ($2, $4, $5) "
                 "ORDER "
                 "BY since, point, version LIMIT $6",
           agreement, to_timestamp(since), to_timestamp(to), point, version, most))
    out.push_back(verdict_of(row));
  return out;
}

std::vector<exported_row> reading::rows(std::int32_t stream, wall_time from, wall_time to,
                                        const std::optional<row_key>& after, std::size_t most) {
  const auto key = after.value_or(row_key{from.unix_us / 1'000'000 - 1, 0, 0, true});
  // A late row with the key of one in time is after it.
  const auto* late_after = key.late ? ">" : ">=";
  std::vector<exported_row> out;
  for (const pqxx::row& row : from_.transaction.exec_params(
           "SELECT * FROM (" + rows_of("samples", false, ">") + " UNION ALL "
               + rows_of("late_samples", true, late_after)
               + ") x ORDER BY second_s, incarnation, first_sequence, late LIMIT $7",
           stream, to_timestamp(from), to_timestamp(to), key.second_s, key.incarnation, key.first_sequence, most))
    out.push_back({packed_row_of(row), row[stored_row_width].as<bool>()});
  return out;
}

outcome<std::string> reading::next_page(evidence_export& x) {
  return x.next_page(from_.transaction);
}

} // namespace sluice::store
