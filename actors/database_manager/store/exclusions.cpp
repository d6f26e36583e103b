// The SQL of exclusions.
#include "actors/database_manager/store/exclusions.hpp"

#include "actors/database_manager/store/calendar.hpp"
#include "actors/database_manager/store/ledger.hpp"
#include "actors/database_manager/store/storable.hpp"
#include "actors/domain/stream.hpp"

#include <optional>

namespace sluice::store {

namespace {

constexpr auto select = "SELECT id, agreement_pattern, (extract(epoch FROM starts) * 1000000)::bigint, length_ns, "
                        "recurrence, time_zone, author, reason, correction, coalesce(withdraws, 0), "
                        "(extract(epoch FROM entered) * 1000000)::bigint FROM exclusions ";

exclusion read(const pqxx::row& row) {
  exclusion x;
  x.id = row[0].as<std::int64_t>();
  x.agreements = row[1].c_str();
  x.starts.unix_us = row[2].as<std::int64_t>();
  x.length = duration{row[3].as<std::int64_t>()};
  x.recurrence = row[4].c_str();
  x.time_zone = row[5].c_str();
  x.author = row[6].c_str();
  x.reason = row[7].c_str();
  x.correction = row[8].as<bool>();
  x.withdraws = row[9].as<std::int64_t>();
  x.entered.unix_us = row[10].as<std::int64_t>();
  return x;
}

failure refused(const std::string& sentence) {
  return {failure_kind::refused, sentence};
}

std::optional<failure> problem_with(const exclusion& x, wall_time closed_until) {
  if (x.author.empty())
    return refused("an exclusion needs an author");
  if (x.reason.empty())
    return refused("an exclusion needs a reason");
  if (!valid_pattern(x.agreements))
    return refused("an exclusion needs a name of agreements, in which * and ? may stand for characters");
  if (x.length <= duration::zero() || !storable(x.starts))
    return refused("an exclusion needs a beginning and a length");
  for (const auto* text : {&x.author, &x.reason, &x.recurrence, &x.time_zone})
    if (!storable(std::string_view{*text}))
      return refused("a text of the exclusion is not UTF-8 or too long");
  if (x.starts < closed_until && !x.correction)
    return refused("a period that it touches has ended: it can only be entered as a correction");
  return std::nullopt;
}

bool same(exclusion a, const exclusion& b) {
  a.id = b.id;
  a.entered = b.entered;
  return a == b;
}

/// One change of exclusions at a time: they are rare.
void lock(pqxx::work& transaction) {
  transaction.exec("SELECT pg_advisory_xact_lock(hashtext('exclusion'), 0)");
}

exclusion insert(pqxx::work& transaction, exclusion x, wall_time now) {
  x.entered = now;
  std::optional<std::int64_t> withdraws;
  if (x.withdraws != 0)
    withdraws = x.withdraws;
  x.id =
      transaction
          .exec_params1("INSERT INTO exclusions (agreement_pattern, starts, length_ns, recurrence, time_zone, author, "
                        "reason, correction, withdraws, entered) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
                        "RETURNING id",
                        x.agreements, to_timestamp(x.starts), x.length.count(), x.recurrence, x.time_zone, x.author,
                        x.reason, x.correction, withdraws, to_timestamp(now))[0]
          .as<std::int64_t>();
  prove(transaction, x, now);
  return x;
}

} // namespace

outcome<exclusion> create_exclusion(pqxx::work& transaction, const exclusion& x, wall_time closed_until,
                                    wall_time now) {
  if (auto problem = problem_with(x, closed_until))
    return *problem;
  if (x.withdraws != 0)
    return refused("an exclusion that takes back another one is not entered by itself");
  lock(transaction);
  auto entry = x;
  entry.correction = x.starts < closed_until;
  for (const auto& row :
       transaction.exec_params(std::string{select}
                                   + "e WHERE agreement_pattern = $1 AND starts = $2 AND withdraws IS NULL "
                                     "AND NOT EXISTS (SELECT FROM exclusions w WHERE w.withdraws = e.id)",
                               x.agreements, to_timestamp(x.starts)))
    if (auto present = read(row); same(entry, present))
      return present;
  return insert(transaction, entry, now);
}

outcome<exclusion> withdraw_exclusion(pqxx::work& transaction, std::int64_t id, const std::string& author,
                                      const std::string& reason, bool correction, wall_time closed_until,
                                      wall_time now) {
  lock(transaction);
  const auto rows = transaction.exec_params(std::string{select} + "WHERE id = $1", id);
  if (rows.empty())
    return failure{failure_kind::not_found, "there is no exclusion " + std::to_string(id)};
  auto x = read(rows[0]);
  if (x.withdraws != 0)
    return failure{failure_kind::already_exists,
                   "the exclusion " + std::to_string(id) + " takes back another one; enter that anew"};
  if (!transaction.exec_params("SELECT FROM exclusions WHERE withdraws = $1", id).empty())
    return failure{failure_kind::already_exists, "the exclusion " + std::to_string(id) + " was taken back before"};
  x.author = author;
  x.reason = reason;
  x.withdraws = id;
  x.correction = correction && x.starts < closed_until;
  // One that recurs is taken back from now on; a single one is in the past or it is not.
  if (auto problem = problem_with(x, x.recurrence.empty() ? closed_until : wall_time{x.starts}))
    return *problem;
  return insert(transaction, x, now);
}

std::vector<exclusion> list_exclusions(pqxx::work& transaction, std::int64_t after) {
  std::vector<exclusion> list;
  for (const auto& row : transaction.exec_params(std::string{select} + "WHERE id > $1 ORDER BY id LIMIT $2", after,
                                                 max_listed_exclusions))
    list.push_back(read(row));
  return list;
}

} // namespace sluice::store
