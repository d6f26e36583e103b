// The SQL of reading chains, and the lines of rows.
#include "actors/database_manager/store/chain_rows.hpp"

#include "actors/database_manager/store/calendar.hpp"
#include "actors/evidence/line.hpp"

namespace sluice::store {

namespace {

using evidence::line_writer;

constexpr auto select_verdicts =
    "SELECT agreement, version, point, (extract(epoch FROM since) * 1000000)::bigint, length_ns, outcome, cause, "
    "culprit, measured_ns, target_ns, iops, requests, measured_seconds, basis, position, encode(hash, 'hex') "
    "FROM verdicts WHERE agreement = $1 AND since >= $2 AND since < $3 AND (since, point, version) > ($2, $4, $5) "
    "ORDER BY since, point, version LIMIT $6";

constexpr auto select_decisions =
    "SELECT (extract(epoch FROM at) * 1000000)::bigint, gateway, volume, client, generation, rule, agreement, "
    "beneficiary, backend, iops, bandwidth, depth, measured_ns, target_ns, demand, promised, capacity, observed, "
    "position, encode(hash, 'hex') FROM decisions WHERE position > $1 AND position <= $2 ";

wall_time to_time(const pqxx::field& us) {
  return wall_time{us.as<std::int64_t>()};
}

void add_numbers(line_writer& line, const pqxx::row& row, int from, int to) {
  for (int i = from; i <= to; ++i)
    line.number(row[i].as<std::int64_t>());
}

void add_texts(line_writer& line, const pqxx::row& row, int from, int to) {
  for (int i = from; i <= to; ++i)
    line.text(row[i].c_str());
}

/// A negative position becomes one that no chain reaches.
std::uint64_t to_position(const pqxx::field& x) {
  return static_cast<std::uint64_t>(x.as<std::int64_t>());
}

/// A hash that is none is like no other: whoever compares it finds it wrong.
evidence::digest stored_hash(const pqxx::field& hexadecimal) {
  return evidence::parse_digest(hexadecimal.c_str()).value_or(evidence::digest{});
}

stored_entry verdict_of(const pqxx::row& row) {
  const auto since = to_time(row[3]);
  line_writer line{"verdict"};
  add_texts(line, row, 0, 0);
  add_numbers(line, row, 1, 2);
  line.time(since);
  add_numbers(line, row, 4, 4);
  add_texts(line, row, 5, 7);
  add_numbers(line, row, 8, 12);
  add_texts(line, row, 13, 13);
  return {to_position(row[14]), std::move(line).finish(), stored_hash(row[15]), since};
}

stored_entry decision_of(const pqxx::row& row) {
  const auto at = to_time(row[0]);
  line_writer line{"decision"};
  line.time(at);
  add_texts(line, row, 1, 3);
  // Generations are counts of 64 bits, stored as they are in two's complement.
  line.number(static_cast<std::uint64_t>(row[4].as<std::int64_t>()));
  add_texts(line, row, 5, 8);
  add_numbers(line, row, 9, 16);
  line.yes_or_no(row[17].as<bool>());
  return {to_position(row[18]), std::move(line).finish(), stored_hash(row[19]), at};
}

} // namespace

verdict_stream::verdict_stream(std::string agreement, wall_time from, wall_time to)
    : agreement_(std::move(agreement)), to_(to), since_(from) {}

void verdict_stream::read(pqxx::work& transaction, std::uint64_t position) {
  const auto rows = transaction.exec_params(select_verdicts, agreement_, to_timestamp(since_), to_timestamp(to_),
                                            point_, version_, chain_page_rows);
  for (const auto& row : rows) {
    auto entry = verdict_of(row);
    since_ = entry.at;
    point_ = row[2].as<std::int64_t>();
    version_ = row[1].as<std::int64_t>();
    const auto at = entry.position;
    if (at < position || !waiting_.emplace(at, std::move(entry)).second)
      repeated_ = at;
  }
  exhausted_ = rows.size() < chain_page_rows;
}

std::vector<stored_entry> verdict_stream::next(pqxx::work& transaction, std::uint64_t position) {
  while (!exhausted_ && repeated_ == 0 && waiting_.size() < max_ahead && !waiting_.contains(position))
    read(transaction, position);
  std::vector<stored_entry> list;
  for (auto at = waiting_.find(position); at != waiting_.end() && at->first == position; ++position) {
    list.push_back(std::move(at->second));
    at = waiting_.erase(at);
  }
  return list;
}

std::optional<std::uint64_t> verdict_stream::ahead() const noexcept {
  if (waiting_.empty())
    return std::nullopt;
  return waiting_.begin()->first;
}

std::vector<stored_entry> decisions_after(pqxx::work& transaction, std::uint64_t position, std::uint64_t last,
                                          const std::string& agreement, wall_time from, wall_time to) {
  constexpr auto in_order = "ORDER BY position LIMIT $3";
  std::vector<stored_entry> list;
  const auto rows =
      agreement.empty()
          ? transaction.exec_params(std::string{select_decisions} + in_order, position, last, chain_page_rows)
          : transaction.exec_params(std::string{select_decisions}
                                        + "AND (agreement = $4 OR beneficiary = $4) AND at >= $5 AND at < $6 "
                                        + in_order,
                                    position, last, chain_page_rows, agreement, to_timestamp(from), to_timestamp(to));
  for (const auto& row : rows)
    list.push_back(decision_of(row));
  return list;
}

std::vector<stored_entry> ledger_after(pqxx::work& transaction, std::uint64_t position) {
  std::vector<stored_entry> list;
  const auto rows =
      transaction.exec_params("SELECT position, body, encode(hash, 'hex'), (extract(epoch FROM at) * "
                              "1000000)::bigint FROM ledger WHERE position > $1 ORDER BY position LIMIT $2",
                              position, chain_page_rows);
  for (const auto& row : rows)
    list.push_back({row[0].as<std::uint64_t>(), row[1].c_str(), stored_hash(row[2]), to_time(row[3])});
  return list;
}

std::vector<evidence::head> hashes_between(pqxx::work& transaction, std::string_view chain, std::uint64_t after,
                                           std::uint64_t to) {
  std::vector<evidence::head> list;
  const auto rows = transaction.exec_params("SELECT position, encode(hash, 'hex') FROM " + std::string{chain}
                                                + " WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3",
                                            after, to, chain_page_rows);
  for (const auto& row : rows)
    list.push_back({row[0].as<std::uint64_t>(), stored_hash(row[1])});
  return list;
}

std::optional<evidence::digest> hash_at(pqxx::work& transaction, std::string_view chain, std::uint64_t position) {
  if (position == 0)
    return evidence::digest{};
  const auto found = hashes_between(transaction, chain, position - 1, position);
  if (found.empty())
    return std::nullopt;
  return found.front().hash;
}

} // namespace sluice::store
